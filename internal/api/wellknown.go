package api

import (
	"net/http"
	"strings"
	"time"

	"strongroom/internal/index"
)

// securityTxt says where faults are reported (RFC 9116).
func (a *API) securityTxt(w http.ResponseWriter, r *http.Request) error {
	contacts := strings.Fields(a.SecurityContact)
	if len(contacts) == 0 {
		return index.Refuse(index.CodeNotFound, "The operators of this index named no contact for security reports.")
	}
	var b strings.Builder
	for _, c := range contacts {
		b.WriteString("Contact: " + contactURI(c) + "\n")
	}
	b.WriteString("Expires: " + securityExpires(time.Now()).Format(time.RFC3339) + "\n")
	b.WriteString("Preferred-Languages: en\n")
	if strings.HasPrefix(a.URL, "https://") { // RFC 9116 2.5.2 wants https
		b.WriteString("Canonical: " + a.URL + "/.well-known/security.txt\n")
	}
	return document(w, r, textPlain, maxAgeDay, []byte(b.String()))
}

// contactURI lets an operator write a plain mail address.
func contactURI(contact string) string {
	if strings.Contains(contact, "@") && !strings.Contains(contact, ":") {
		return "mailto:" + contact
	}
	return contact
}

// securityExpires is the first of the month after next but one: more than 30
// days and less than a year away, and the same for a whole month.
func securityExpires(now time.Time) time.Time {
	year, month, _ := now.UTC().Date()
	return time.Date(year, month+3, 1, 0, 0, 0, 0, time.UTC)
}
