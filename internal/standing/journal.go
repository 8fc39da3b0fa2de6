package standing

import (
	"fmt"
	"strings"

	"strongroom/internal/index"
)

// journalAction is PyPI's word where it has one: mirrors know these.
func journalAction(event, kind string, s Subject) string {
	on := event == index.EventFlagSet
	switch {
	case kind == index.Yanked && s.Level == index.OnRelease && on:
		return "yank release"
	case kind == index.Yanked && s.Level == index.OnRelease:
		return "unyank release"
	case kind == index.Quarantined && s.Level != index.OnFile && on:
		return fmt.Sprintf("%s quarantined", s.Level)
	case kind == index.Quarantined && s.Level != index.OnFile:
		return fmt.Sprintf("%s quarantine cleared", s.Level)
	case (kind == index.Deleted || kind == index.Removed) && on:
		return strings.TrimSpace("remove " + string(s.Level) + " " + s.File)
	}
	verb := "clear"
	if on {
		verb = "set"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", verb, kind, s.Level, s.File))
}
