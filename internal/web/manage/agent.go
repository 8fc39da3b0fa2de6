package manage

import (
	"regexp"
	"strings"
)

// families names programs by a word of their User-Agent. The first that fits
// counts: most browsers say that they are others too.
var families = [...][2]string{
	{"Edg/", "Edge"},
	{"EdgA/", "Edge"},
	{"OPR/", "Opera"},
	{"Vivaldi/", "Vivaldi"},
	{"SamsungBrowser/", "Samsung Internet"},
	{"FxiOS/", "Firefox"},
	{"Firefox/", "Firefox"},
	{"CriOS/", "Chrome"},
	{"HeadlessChrome/", "Chrome"},
	{"Chrome/", "Chrome"},
	{"Safari/", "Safari"},
}

var systems = [...][2]string{
	{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
}

// product is how programs that are no browsers begin: twine/6.1.0 …
var product = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9._-]{0,30})(?:/([0-9][A-Za-z0-9.+-]{0,20}))?`)

// browserName says in words what a User-Agent claims to be.
func browserName(agent string) string {
	if agent == "" {
		return "an unknown program"
	}
	if !strings.HasPrefix(agent, "Mozilla/") {
		m := product.FindStringSubmatch(agent)
		if m == nil {
			return "an unknown program"
		}
		return strings.TrimSpace(m[1] + " " + m[2])
	}
	name := wordOf(agent, families[:], "a browser")
	if on := wordOf(agent, systems[:], ""); on != "" {
		name += " on " + on
	}
	return name
}

func wordOf(agent string, table [][2]string, other string) string {
	for _, row := range table {
		if strings.Contains(agent, row[0]) {
			return row[1]
		}
	}
	return other
}
