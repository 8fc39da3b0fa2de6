// Package ratelimit refuses what somebody does too often. One table has all the
// limits. A use is counted and refused in memory; what was counted is written
// once a second, so that a restart and the other nodes know of it. Windows are
// fixed: one begins with a subject's first use and ends Per later.
package ratelimit

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Name names a limit.
type Name string

// The names of the limits.
const (
	XMLRPC         Name = "xmlrpc"
	PasswordRanges Name = "password-ranges"
	TokenFound     Name = "token-found"
	Search         Name = "search"

	LoginUser    Name = "login-user"
	LoginAddress Name = "login-address"
	LoginAll     Name = "login-all"
	SSOBegin     Name = "sso-begin"

	FactorUser        Name = "factor-user"
	FactorUserHour    Name = "factor-user-hour"
	FactorUserDay     Name = "factor-user-day"
	FactorAddress     Name = "factor-address"
	FactorAddressHour Name = "factor-address-hour"
	Challenge         Name = "challenge"

	ResetUser       Name = "password-reset"
	ResetAddress    Name = "password-reset-address"
	RegisterAddress Name = "register"
	ConfirmLogin    Name = "confirm-login"

	AddEmail       Name = "email-add"
	VerifyEmail    Name = "email-verify"
	ChangePassword Name = "password-change"

	Invite      Name = "invite"
	CreateToken Name = "token-create"
	CreateGroup Name = "organization-create"

	APIRead       Name = "api-read"
	APIWrite      Name = "api-write"
	ReportUser    Name = "report"
	ReportAddress Name = "report-address"
)

// Limit lets each subject do something N times within Per.
type Limit struct {
	Name Name
	N    int64
	Per  time.Duration
	Doc  string // what is counted, and for whom
}

// Limits is the table of all limits.
func Limits() []Limit { return limits[:] }

var limits = [...]Limit{
	{XMLRPC, 3600, time.Hour, "Calls of XML-RPC methods, for each client address."},
	{PasswordRanges, 60, time.Minute, "Ranges of breached passwords that browsers ask for, for each client address (PW-5)."},
	{TokenFound, 100, time.Minute, "Reports of API tokens that were found in public, for each client address (PW-11)."},
	{Search, 50, 10 * time.Second, "Searches for projects, for each client address."},

	{LoginUser, 10, 5 * time.Minute, "Sign-ins that failed, for each user name, whether or not there is such a user."},
	{LoginAddress, 10, 5 * time.Minute, "Sign-ins that failed, for each client address."},
	{LoginAll, 1000, 5 * time.Minute, "Sign-ins that failed, of everybody together."},

	{SSOBegin, 100, 5 * time.Minute, "Sign-ins begun at the company's provider, for each client address."},

	{FactorUser, 5, 5 * time.Minute, "Wrong second factors, for each account (MFA-12)."},
	{FactorUserHour, 20, time.Hour, "Wrong second factors, for each account."},
	{FactorUserDay, 50, 24 * time.Hour, "Wrong second factors, for each account."},
	{FactorAddress, 10, 5 * time.Minute, "Wrong second factors, for each client address."},
	{FactorAddressHour, 50, time.Hour, "Wrong second factors, for each client address."},
	{Challenge, 60, 5 * time.Minute, "Challenges for security keys and passkeys, for each client address."},

	{ResetUser, 5, 24 * time.Hour, "Requests for a new password, for each user name or address that was typed."},
	{ResetAddress, 20, time.Hour, "Requests for a new password, for each client address."},
	{RegisterAddress, 20, time.Hour, "Attempts to make an account, for each client address."},
	{ConfirmLogin, 5, time.Hour, "Mails that ask whether a new browser is the user's, for each account."},

	{AddEmail, 2, 24 * time.Hour, "Addresses that are added to an account, for each account."},
	{VerifyEmail, 3, 6 * time.Hour, "Mails that are asked for again to verify an address, for each account."},
	{ChangePassword, 5, 5 * time.Minute, "Tries to change a password, for each account."},

	{Invite, 20, time.Hour, "Invitations to projects and organizations, new or sent again, for each account that invites."},
	{CreateToken, 100, 24 * time.Hour, "Tokens that are made on the pages, for each account."},
	{CreateGroup, 10, 24 * time.Hour, "Organizations that are made on the pages, for each account."},

	{APIRead, 1200, 5 * time.Minute, "Requests to read by the management API, for each account, or client address without one."},
	{APIWrite, 300, 5 * time.Minute, "Requests to change something by the management API, for each account."},
	{ReportUser, 20, 24 * time.Hour, "Reports to the moderators, for each account (SN-12)."},
	{ReportAddress, 5, 24 * time.Hour, "Reports to the moderators without an account, for each client address (SN-12)."},
}

// Parse reads other figures for limits of the table, each as name=uses/window,
// such as "login-all=5000/5m".
func Parse(list []string) (map[Name]Limit, error) {
	own := map[Name]Limit{}
	for _, text := range list {
		name, rate, _ := strings.Cut(text, "=")
		uses, window, _ := strings.Cut(rate, "/")
		limit, known := find(Name(name))
		if !known {
			return nil, fmt.Errorf("rate_limits: there is no limit %q; there are %s", name, strings.Join(names(), ", "))
		}
		var failed, late error
		limit.N, failed = strconv.ParseInt(uses, 10, 64)
		limit.Per, late = time.ParseDuration(window)
		if failed != nil || late != nil || limit.N < 1 || limit.Per < time.Second {
			return nil, fmt.Errorf("rate_limits: %q is not as %s=5000/5m", text, name)
		}
		own[limit.Name] = limit
	}
	return own, nil
}

func find(name Name) (Limit, bool) {
	for _, l := range limits {
		if l.Name == name {
			return l, true
		}
	}
	return Limit{}, false
}

// names lists the limits for whoever wrote one that there is not.
func names() (all []string) {
	for _, l := range limits {
		all = append(all, string(l.Name))
	}
	return all
}

// Address is the subject for a client's address: the address itself, or the /64
// network that one subscriber of IPv6 has to itself.
func Address(text string) string {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return text
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}

// Verdict is the answer to one use.
type Verdict struct {
	OK        bool
	Limit     Limit
	Remaining int64         // uses left in the window
	Reset     time.Duration // until the window ends
}

// RetryAfter is when trying again makes sense, in seconds, 1 at least: the
// value of Retry-After.
func (v Verdict) RetryAfter() int { return max(1, int(math.Ceil(v.Reset.Seconds()))) }

// Policy is the value of the header RateLimit-Policy (H-05,
// draft-ietf-httpapi-ratelimit-headers-10).
func (v Verdict) Policy() string {
	return fmt.Sprintf("%q;q=%d;w=%d", string(v.Limit.Name), v.Limit.N, int64(v.Limit.Per.Seconds()))
}

// State is the value of the header RateLimit (H-05).
func (v Verdict) State() string {
	return fmt.Sprintf("%q;r=%d;t=%d", string(v.Limit.Name), v.Remaining, v.RetryAfter())
}
