package inspect

import (
	"strongroom/internal/packaging/binaries"
	"strongroom/internal/packaging/dist"
)

// A Request and a Report cross into the sandbox and back as their fields, one after the other: numbers as varints,
// texts and lists behind their length. Reflection, as encoding/json needs it, would cost a child more than the looking:
// it begins with nothing remembered. Each type names its fields once, for both directions.

// Encode returns the request as [Handle] reads it.
func (q Request) Encode() []byte {
	c := coder{}
	q.fields(&c)
	return c.bytes
}

// DecodeReport reads what [Handle] returned. The bytes come from a child that a stranger's file may have taken over, so
// they may be anything.
func DecodeReport(reply []byte) (r Report, err error) {
	c := coder{bytes: reply, reading: true}
	r.fields(&c)
	return r, c.finish()
}

func decodeRequest(request []byte) (q Request, err error) {
	c := coder{bytes: request, reading: true}
	q.fields(&c)
	return q, c.finish()
}

func (r Report) encode() []byte {
	c := coder{}
	r.fields(&c)
	return c.bytes
}

func (q *Request) fields(c *coder) {
	text(c, &q.Filename)
	number(c, &q.Size)
	text(c, &q.Project)
	l := &q.Limits
	number(c, &l.Members)
	for _, limit := range []*int64{&l.Expanded, &l.Ratio, &l.RatioFloor, &l.Metadata, &l.EntryPoints, &l.Wheel, &l.Record} {
		number(c, limit)
	}
	list(c, &q.Texts, text)
	list(c, &q.Show, text)
	c.flag(&q.Audit)
}

func (r *Report) fields(c *coder) {
	contents(c, &r.Contents)
	list(c, &r.Refusals, pointer(problem))
	list(c, &r.Hits, func(c *coder, h *Hit) {
		text(c, &h.Path)
		text(c, &h.Text)
	})
	list(c, &r.Shown, shown)
	pointer(audit)(c, &r.Audit)
}

func shown(c *coder, v *Shown) {
	text(c, &v.Path)
	raw(c, &v.Bytes)
	c.flag(&v.Whole)
}

func contents(c *coder, v *dist.Contents) {
	list(c, &v.Warnings, pointer(problem))
	raw(c, &v.Metadata)
	text(c, &v.MetadataPath)
	list(c, &v.Members, member)
	list(c, &v.TopDirs, text)
	for _, file := range []*[]byte{&v.EntryPoints, &v.Wheel, &v.Record} {
		raw(c, file)
	}
	for _, has := range []*bool{&v.HasWheelFile, &v.HasRecord, &v.HasEntryPoint} {
		c.flag(has)
	}
}

func member(c *coder, v *dist.Member) {
	text(c, &v.Path)
	number(c, &v.Size)
	text(c, &v.SHA256)
	c.flag(&v.Dir)
	c.flag(&v.Exec)
	text(c, &v.Link)
}

func problem(c *coder, v *dist.ArchiveError) {
	text(c, &v.Kind)
	text(c, &v.Path)
	number(c, &v.Offset)
	text(c, &v.Detail)
}

func audit(c *coder, v *binaries.Report) {
	number(c, &v.Binaries)
	list(c, &v.Findings, finding)
	number(c, &v.More)
	text(c, &v.Honest)
	text(c, &v.NotAudited)
}

func finding(c *coder, v *binaries.Finding) {
	text(c, &v.Code)
	text(c, &v.File)
	text(c, &v.Tag)
	text(c, &v.Cause)
	text(c, &v.Needed)
}
