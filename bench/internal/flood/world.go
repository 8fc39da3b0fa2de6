package flood

import (
	"fmt"
	"strings"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/subject"
)

// world is a kind of flood, and what the server must be told for it.
type world struct {
	name     string
	settings []string
	plan     func(o options, s *subject.Server) load.Plan
}

// How many connections floods have open. Bombs are sent again as soon as they
// are refused, over a network of 1 Gbit/s: more than the server takes of them.
const (
	connections     = 256
	bombConnections = 8
	network         = 1_000_000_000 / 8 // bytes a second
)

func worlds() ([]world, error) {
	zeros, err := data.Zeros()
	if err != nil {
		return nil, err
	}
	folders, err := data.Folders()
	if err != nil {
		return nil, err
	}
	lifted := []string{}
	for _, name := range []string{"login-user", "login-address", "login-all"} {
		lifted = append(lifted, name+"=1000000000/1h")
	}
	many := signIns(func(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255) })
	return []world{
		{name: "one address", plan: signIns(func(int) string { return "203.0.113.9" })},
		{name: "many addresses", plan: many},
		{name: "many addresses, limits lifted", settings: []string{"STRONGROOM_RATE_LIMITS=" + strings.Join(lifted, ",")}, plan: many},
		{name: "bombs, dear to receive", plan: bombs(data.Bomb(zeros))},
		{name: "bombs, dear to look into", plan: bombs(data.Bomb(folders))},
	}, nil
}

// signIns prepares attempts from addresses, more than a part sends, so that none
// is repeated within one.
func signIns(from func(i int) string) func(o options, s *subject.Server) load.Plan {
	return func(o options, s *subject.Server) load.Plan {
		all := make([]load.Request, int(o.flooded.Seconds()+2)*o.rate)
		for i := range all {
			form := fmt.Appendf(nil, "username=user%d&password=guess+number+%d&next=%%2F", i*7919%50_000, i)
			all[i] = load.Post(s.Addr.String(), "/account/login/", "application/x-www-form-urlencoded", form,
				"Accept: text/html,application/xhtml+xml,*/*;q=0.8", "X-Forwarded-For: "+from(i), "Cookie: __Host-strongroom="+strings.Repeat("A", 43))
			all[i].Status = load.Any
		}
		return load.Plan{Conns: connections, Requests: all, Rate: o.rate}
	}
}

// bombs sends one again and again.
func bombs(form []byte) func(o options, s *subject.Server) load.Plan {
	return func(_ options, s *subject.Server) load.Plan {
		bomb := s.Upload(form)
		bomb.Status = load.Any
		return load.Plan{Conns: bombConnections, Requests: []load.Request{bomb}, Bandwidth: network / bombConnections}
	}
}
