package factor

// RecoveryCodes is how many codes a set has (MFA-4).
const RecoveryCodes = 8

// NewRecoveryCodes makes a set of codes such as "k7mf-02xq-9dhr-tz4b": 80 random bits each, in 32 digits and letters that
// are not mistaken for each other.
func NewRecoveryCodes() []string { return nil }

// RecoverySum is what is stored of a code: SHA-256 over the owner (the user's UID) and the code. Case, spaces and
// hyphens do not count, and o, i and l stand for 0, 1 and 1. A fast hash is enough for random codes; the owner in it
// keeps a thief of the table from trying one guess on all accounts at once.
func RecoverySum(owner, code string) string { return "" }

// MatchRecovery returns the index of the stored sum that belongs to a code, or -1. The time does not tell which or
// whether. The caller removes the row in the transaction that lets the person in.
func MatchRecovery(owner, code string, sums []string) int { return -1 }
