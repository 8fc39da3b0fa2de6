package limit

import (
	"context"
	"flag"
)

// Command runs the limit as a program until the context ends.
func Command(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("limit", flag.ContinueOnError)
	room := f.String("data", "", "data folder")
	listen := f.String("listen", "127.0.0.1:0", "address")
	wheels := f.String("import", "", "folder of wheels to begin with")
	pages := f.String("pages", "", "folder of pages to answer with")
	if err := f.Parse(args); err != nil {
		return err
	}
	s, err := New(*room)
	if err != nil {
		return err
	}
	if *wheels != "" {
		if err := s.Import(*wheels); err != nil {
			return err
		}
	}
	if *pages != "" {
		if err := s.LoadPages(*pages); err != nil {
			return err
		}
	}
	return s.Listen(ctx, *listen)
}
