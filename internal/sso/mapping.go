package sso

import (
	"fmt"
	"slices"
	"strings"

	"strongroom/internal/index"
)

// Mapping says what a person's groups mean here.
type Mapping struct {
	allowed []string // groups of which one is needed to sign in; empty for none
	rules   []mappingRule
}

type mappingRule struct {
	group        string
	organization string // lower case; "" for the whole index: administrator
	role         index.RoleName
}

// Grants is what a person's groups give.
type Grants struct {
	Administrator bool
	Organizations map[string]index.RoleName // by the organization's name in lower case
}

// ParseMapping reads entries of the form "GROUP = ROLE", where the role is
// "administrator", or "ORGANIZATION:ROLE" with Owner, Manager or Member. The last
// = divides them, so a group's name may hold others.
func ParseMapping(entries, allowed []string) (Mapping, error) {
	m := Mapping{allowed: allowed}
	for _, entry := range entries {
		i := strings.LastIndexByte(entry, '=')
		if i < 0 {
			return m, fmt.Errorf("%q is not GROUP=ROLE", entry)
		}
		group, role := strings.TrimSpace(entry[:i]), strings.TrimSpace(entry[i+1:])
		rule, err := parseRule(group, role)
		if err != nil {
			return m, fmt.Errorf("%q: %w", entry, err)
		}
		m.rules = append(m.rules, rule)
	}
	return m, nil
}

func parseRule(group, text string) (mappingRule, error) {
	organization, role, found := strings.Cut(text, ":")
	rule := mappingRule{group: group, organization: strings.ToLower(organization)}
	if group == "" {
		return rule, fmt.Errorf("there is no group before the =")
	}
	if !found && text == "administrator" {
		return mappingRule{group: group}, nil
	}
	for _, known := range organizationRoles() {
		if found && organization != "" && strings.EqualFold(role, string(known)) {
			rule.role = known
			return rule, nil
		}
	}
	return rule, fmt.Errorf("the role is administrator, or ORGANIZATION:Owner, ORGANIZATION:Manager or ORGANIZATION:Member")
}

// organizationRoles lists them, the strongest first.
func organizationRoles() []index.RoleName {
	return []index.RoleName{index.OrganizationOwner, index.OrganizationManager, index.OrganizationMember}
}

// Admits reports whether somebody in these groups may sign in at all.
func (m Mapping) Admits(groups []string) bool {
	return len(m.allowed) == 0 || slices.ContainsFunc(m.allowed, func(g string) bool { return slices.Contains(groups, g) })
}

// Grants adds up what the groups give; of several roles in one organization the
// strongest counts. Names of groups are compared letter by letter.
func (m Mapping) Grants(groups []string) Grants {
	out := Grants{Organizations: map[string]index.RoleName{}}
	for _, rule := range m.rules {
		switch {
		case !slices.Contains(groups, rule.group):
		case rule.organization == "":
			out.Administrator = true
		case rank(rule.role) < rank(out.Organizations[rule.organization]):
			out.Organizations[rule.organization] = rule.role
		}
	}
	return out
}

func rank(role index.RoleName) int {
	if i := slices.Index(organizationRoles(), role); i >= 0 {
		return i
	}
	return len(organizationRoles())
}

// Organizations lists the organizations that the mapping names, in lower case.
func (m Mapping) Organizations() []string {
	var out []string
	for _, rule := range m.rules {
		if rule.organization != "" {
			out = append(out, rule.organization)
		}
	}
	return sorted(out)
}
