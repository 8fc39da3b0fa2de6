package sandbox

// Environment is what a child has of one.
func Environment() []string { return environment() }
