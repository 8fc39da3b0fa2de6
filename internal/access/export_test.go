package access

// MostRemembered is how many proofs are kept.
const MostRemembered = mostRemembered

// Remembered counts the proofs that are kept.
func (g *Guard) Remembered() int {
	g.memory.mu.Lock()
	defer g.memory.mu.Unlock()
	return len(g.memory.proofs)
}
