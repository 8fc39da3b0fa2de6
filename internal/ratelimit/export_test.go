package ratelimit

// Counters is how many counters are in memory.
func (l *Limiter) Counters() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.counters)
}
