// Package durability holds the proofs that an acknowledged upload stays: kill -9 under load (P1), power loss (P2), no
// listed file without its bytes (P4), one content for a filename (P5), no trace of a failed upload (U-20), a full disk
// (P15) and a shutdown under way (P19). The tests that run the built program carry the build tag slow.
//
// Each run prints its seed; STRONGROOM_TEST_SEED=N repeats its choices, as far as the scheduler plays along.
package durability
