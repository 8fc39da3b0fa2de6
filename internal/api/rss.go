package api

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
)

// How long the feeds are (E-01).
const (
	feedUpdates  = 100
	feedPackages = 40
	feedReleases = 40
)

// rssFeed is an RSS 2.0 document. It names no authors: addresses are not public
// here (E-01).
type rssFeed struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Self        rssSelf   `xml:"atom:link"`
	Items       []rssItem `xml:"item"`
}

// rssSelf says where the feed is, which validators of RSS ask for.
type rssSelf struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type rssItem struct {
	Title       string  `xml:"title"`
	Link        string  `xml:"link"`
	GUID        rssGUID `xml:"guid"`
	Description string  `xml:"description,omitempty"`
	PubDate     string  `xml:"pubDate"`
}

// rssGUID names an item for ever; it is an address of a page unless Link says no.
type rssGUID struct {
	Link string `xml:"isPermaLink,attr,omitempty"`
	Text string `xml:",chardata"`
}

func (a *API) rssUpdates(w http.ResponseWriter, r *http.Request) error {
	releases, err := a.DB.RecentReleases(r.Context(), "", feedUpdates)
	if err != nil {
		return err
	}
	c := rssChannel{Title: "Strongroom: new releases", Link: a.URL + "/", Description: "The newest releases of all projects"}
	for _, rel := range releases {
		c.add(rel.Project+" "+rel.Version, a.URL+"/project/"+rel.Name+"/"+rel.Version+"/", rel.Summary, rel.At)
	}
	return a.writeFeed(w, r, c)
}

func (a *API) rssPackages(w http.ResponseWriter, r *http.Request) error {
	projects, err := a.DB.RecentProjects(r.Context(), feedPackages)
	if err != nil {
		return err
	}
	c := rssChannel{Title: "Strongroom: new projects", Link: a.URL + "/", Description: "The newest projects"}
	for _, p := range projects {
		c.add(p.Project, a.URL+"/project/"+p.Name+"/", p.Summary, p.At)
	}
	return a.writeFeed(w, r, c)
}

func (a *API) rssReleases(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("project")
	if !packaging.ValidName(name) {
		return index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
	}
	if normal := packaging.NormalizeName(name); normal != name {
		middleware.Redirect(w, r, "/rss/project/"+normal+"/releases.xml", http.StatusMovedPermanently)
		return nil
	}
	p, found, err := a.DB.Project(r.Context(), name)
	if err != nil {
		return err
	}
	if !found || p.Standing.Withdrawn() {
		return index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
	}
	releases, err := a.DB.RecentReleases(r.Context(), name, feedReleases)
	if err != nil {
		return err
	}
	c := rssChannel{Title: "Strongroom: releases of " + p.DisplayName, Link: a.URL + "/project/" + name + "/", Description: "The newest releases of " + p.DisplayName}
	for _, rel := range releases {
		c.add(rel.Version, c.Link+rel.Version+"/", rel.Summary, rel.At)
	}
	return a.writeFeed(w, r, c)
}

// plainHTML escapes a plain text: readers of RSS take descriptions for HTML.
var plainHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// add appends an item; at is in microseconds.
func (c *rssChannel) add(title, link, description string, at int64) {
	c.Items = append(c.Items, rssItem{
		Title: title, Link: link, GUID: rssGUID{Text: link}, Description: plainHTML.Replace(legalXML(description)),
		PubDate: time.UnixMicro(at).UTC().Format(http.TimeFormat), // RFC 822 with GMT
	})
}

func (a *API) writeFeed(w http.ResponseWriter, r *http.Request, c rssChannel) error {
	c.Language = "en"
	c.Self = rssSelf{Href: a.URL + r.URL.Path, Rel: "self", Type: "application/rss+xml"}
	body, err := xml.MarshalIndent(rssFeed{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Channel: c}, "", " ")
	if err != nil {
		return err
	}
	return document(w, r, textXML, edge600, append([]byte(xml.Header), append(body, '\n')...))
}
