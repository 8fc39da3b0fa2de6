package app

import "runtime"

// addProcessors has Go run so much code at a time as the machine has processors, and as much again as is hashed by threads
// that the kernel lets run last: passwords (P34), and the digests of large uploads (P27). Such a thread holds one of Go's
// processors also when it has none of the machine's, and readers would miss it. Several uploads at once hash less than
// that; what they leave is for calls that wait for the disk, of which Go takes a processor back only after 10 to 20 ms.
// Giving up a refused upload is one: the kernel frees pages of its file after they are written.
func addProcessors(aside int) { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + aside) }
