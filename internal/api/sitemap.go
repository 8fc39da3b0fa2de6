package api

import (
	"context"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"strongroom/internal/index"
)

// bucketURLs is how many addresses one sitemap may hold (E-03).
const bucketURLs = 50_000

const (
	sitemapHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	sitemapSpec = `"http://www.sitemaps.org/schemas/sitemap/0.9"`
	bucketTail  = ".sitemap.xml"
)

// sitemapIndex lists the sitemaps. They stand at the top, since a sitemap
// speaks only for addresses below its own.
func (a *API) sitemapIndex(w http.ResponseWriter, r *http.Request) error {
	_, total, err := a.sitePages(r.Context(), 0, 0)
	if err != nil {
		return err
	}
	b := []byte(sitemapHead + `<sitemapindex xmlns=` + sitemapSpec + ">\n")
	for i := range bucketCount(total) {
		b = append(b, "<sitemap><loc>"+escapeXML(a.URL)+"/"+strconv.Itoa(i+1)+bucketTail+"</loc></sitemap>\n"...)
	}
	return document(w, r, textXML, edgeHour, append(b, "</sitemapindex>\n"...))
}

// sitemapBucket is one sitemap, /1.sitemap.xml and so on.
func (a *API) sitemapBucket(w http.ResponseWriter, r *http.Request) error {
	number, ok := strings.CutSuffix(r.PathValue("sitemap"), bucketTail)
	i, err := strconv.Atoi(number)
	if !ok || err != nil || strconv.Itoa(i) != number {
		return index.Refuse(index.CodeNotFound, "There is nothing at this address.")
	}
	paths, total, err := a.sitePages(r.Context(), (i-1)*bucketURLs, i*bucketURLs)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return index.Refuse(index.CodeNotFound, "There is no sitemap %d; the last is %d.", i, bucketCount(total))
	}
	b := []byte(sitemapHead + `<urlset xmlns=` + sitemapSpec + ">\n")
	for _, path := range paths {
		b = append(b, "<url><loc>"+escapeXML(a.URL)+path+"</loc></url>\n"...)
	}
	return document(w, r, textXML, edgeHour, append(b, "</urlset>\n"...))
}

// sitePages lists the paths of the pages for people from one number up to
// another, and counts them all.
func (a *API) sitePages(ctx context.Context, from, to int) (paths []string, total int, err error) {
	add := func(path string) {
		if from <= total && total < to {
			paths = append(paths, path)
		}
		total++
	}
	add("/")
	err = a.Root.Names(ctx, func(name string, _ int64) { add("/project/" + name + "/") })
	return paths, total, err
}

func bucketCount(pages int) int { return (pages + bucketURLs - 1) / bucketURLs }

func escapeXML(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(legalXML(s))); err != nil { // into memory
		panic(err)
	}
	return b.String()
}
