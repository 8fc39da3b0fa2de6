package middleware

// muchAtOnce is how many bytes of a body, read at once, show that its sender is
// ahead of us: the goroutine will be busy with them and not wait.
const muchAtOnce = 16 << 10

// watchNetwork has another thread wait for the network. Go resumes the goroutine
// of a connection on the very thread that waited for all of them, and no other
// takes that place before somebody makes work or runs out of it. As long as a
// large body keeps the thread busy, up to 2 ms at a time, nobody would hear of
// other requests, though there are processors to spare (P27). A goroutine that
// begins and ends is work for one of those.
func watchNetwork() { go func() {}() }
