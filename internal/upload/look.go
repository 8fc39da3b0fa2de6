package upload

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"strongroom/internal/index"
	"strongroom/internal/packaging/inspect"
)

// Look looks into the archive in file, which it only reads. The error is an
// [*index.Error] when the publisher should hear of it: the archive could not be
// validated, or too many are being looked into (AV-2, AV-3).
type Look func(ctx context.Context, file *os.File, q inspect.Request) (inspect.Report, error)

// LookHere looks in this process: for tests, and for tools that only read the
// operator's own files.
func LookHere(_ context.Context, file *os.File, q inspect.Request) (inspect.Report, error) {
	info, err := file.Stat()
	if err != nil {
		return inspect.Report{}, err
	}
	return inspect.Inspect(file, info.Size(), q)
}

// Sandboxed looks in another process, which run starts and locks down: it is
// the Run of a sandbox.Pool. A child that fails in any way refuses the archive,
// whatever it was that it could not stand (AV-2).
func Sandboxed(run func(ctx context.Context, request []byte, file *os.File) ([]byte, error)) Look {
	return func(ctx context.Context, file *os.File, q inspect.Request) (report inspect.Report, err error) {
		request, err := json.Marshal(q)
		if err != nil {
			return report, err
		}
		reply, err := run(ctx, request, file)
		var refusal *index.Error
		switch {
		case errors.As(err, &refusal), ctx.Err() != nil:
			return report, err
		case err == nil:
			err = json.Unmarshal(reply, &report)
		}
		if err != nil {
			return report, &index.Error{
				Code:   index.CodeArchiveCheck,
				Detail: "Invalid distribution file. The archive could not be validated within limits.", Err: err,
			}
		}
		return report, nil
	}
}
