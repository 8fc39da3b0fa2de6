package access

import (
	"context"
	"net/netip"
	"sync/atomic"

	"strongroom/internal/index"
)

// bans remembers which networks nobody may call from.
type bans struct{ now atomic.Pointer[banTable] }

// banTable finds the ban of an address by its networks, the narrowest first.
type banTable struct {
	of   map[netip.Prefix]index.Ban
	bits [2][]int // lengths of prefixes that are there: of IPv4, of IPv6
}

// LoadBans reads the bans. Call it before the first request, after a change,
// and every few seconds, for other nodes change them too.
func (g *Guard) LoadBans(ctx context.Context) error {
	all, err := g.DB.Bans(ctx)
	if err != nil {
		return err
	}
	t := &banTable{of: map[netip.Prefix]index.Ban{}}
	var seen [2][129]bool
	for _, b := range all {
		p, err := ParseNetwork(b.Network)
		if err != nil { // was read by ParseNetwork before it was stored
			continue
		}
		t.of[p] = b
		seen[family(p.Addr())][p.Bits()] = true
	}
	for f := range seen {
		for bits := 128; bits >= 0; bits-- {
			if seen[f][bits] {
				t.bits[f] = append(t.bits[f], bits)
			}
		}
	}
	g.bans.now.Store(t)
	return nil
}

// Banned refuses an address in a banned network. It asks memory only, and knows
// nothing of who is calling (MFA-12).
func (g *Guard) Banned(address string) error {
	t := g.bans.now.Load()
	if t == nil || len(t.of) == 0 {
		return nil
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return nil
	}
	a = a.Unmap().WithZone("")
	for _, bits := range t.bits[family(a)] {
		p, err := a.Prefix(bits)
		if err != nil {
			continue
		}
		if b, found := t.of[p]; found && (b.Until.IsZero() || g.Clock().Before(b.Until)) {
			return index.Refuse(index.CodeBanned, "Requests from your network are refused. If this is a mistake, tell the administrators your address, %s.", a)
		}
	}
	return nil
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

// ParseNetwork reads a network such as 192.0.2.0/24, or a single address, and
// returns it without the bits that do not belong to it.
func ParseNetwork(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Addr().Is4In6() {
		return p, index.Refuse(index.CodeInvalidForm, "%q is neither an address nor a network such as 192.0.2.0/24.", text)
	}
	return p.Masked(), nil
}
