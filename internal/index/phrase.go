package index

import "strings"

// maxFilePhrase is how many bytes the phrase of a file may have (SN-5): what is
// longer gets lost in a terminal.
const maxFilePhrase = 120

// usualPhrase is what people read of a kind that has no text of its own.
const usualPhrase = "{past}{why} on {date}{dash reason}"

// Phrase is one line for people about what is served, such as "Removed as
// malware 2026-05-02 - reason". It is empty when nothing is said.
func (st Status) Phrase() string {
	if st.Served == nil {
		return ""
	}
	k, _ := KindOf(st.Served.Kind)
	text := k.Says
	if text == "" {
		text = usualPhrase
	}
	return st.Served.say(k, text, st.Served.Reason, "")
}

// FilePhrase is the one line that reaches a person through the reason phrase of
// a file's URL (SN-5, SD-8), of 120 bytes at most; see is the page that says
// more. The link is left out, or the reason cut, where it does not fit.
func (st Status) FilePhrase(see string) string {
	if st.Served == nil {
		return ""
	}
	k, _ := KindOf(st.Served.Kind)
	text, reason := k.SaysOfFile, Line(st.Served.Reason)
	if text == "" {
		text = usualPhrase
	}
	phrase := st.Served.say(k, text, reason, see)
	if over := len(phrase) - maxFilePhrase; over > 0 && over < len(reason) && strings.Contains(text, "reason}") {
		return st.Served.say(k, text, strings.TrimSpace(reason[:len(reason)-over]), "")
	} else if over > 0 {
		return st.Served.say(k, text, "", "")
	}
	return phrase
}

func (f Flag) say(k FlagKind, text, reason, see string) string {
	return strings.NewReplacer(
		"{past}", k.PastTense,
		"{why}", because(f.reasonKind()),
		"{date}", f.InEffectSince().UTC().Format("2006-01-02"),
		"{colon reason}", before(": ", reason),
		"{dash reason}", before(" - ", reason),
		"{see}", before(" - see ", see),
	).Replace(text)
}

// reasonKind is the category; a deletion that has none is its owner's when an
// owner's side set it.
func (f Flag) reasonKind() string {
	if f.Category == "" && f.Kind == Deleted && f.Side == ByOwner {
		return "owner"
	}
	return f.Category
}

func before(sign, text string) string {
	if text == "" {
		return ""
	}
	return sign + text
}

// because is a category in the middle of a phrase.
func because(category string) string {
	switch category {
	case "":
		return ""
	case "owner":
		return " by its owner"
	case "admin":
		return " by an administrator"
	case "account":
		return " with its owner's account"
	case "legal":
		return " for legal reasons"
	case "policy":
		return " for breaking the rules"
	case "other":
		return " by an administrator"
	case "eol":
		return " as end of life"
	}
	return " as " + strings.ReplaceAll(category, "-", " ")
}

// signs are characters of good typography that have a plain form.
var signs = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "„", `"`, "–", "-", "—", "-", "…", "...", "\u00a0", " ", "→", "->", "ß", "ss")

// Line is a text as one line of printable ASCII, for clients that show nothing
// else (ST-2, PEP 792): a question mark stands for each character that has no
// plain form.
func Line(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < 0x20 || r > 0x7e:
			return '?'
		}
		return r
	}, signs.Replace(text))
}
