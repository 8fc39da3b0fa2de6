package upload

import (
	"context"
	"errors"
	"os"

	"strongroom/internal/index"
	"strongroom/internal/packaging/inspect"
	"strongroom/internal/sandbox"
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

// Sandboxed looks in a locked-down child process. A child that fails in any way
// refuses the archive, whatever it was that it could not stand (AV-2).
func Sandboxed(pool *sandbox.Pool) Look {
	return func(ctx context.Context, file *os.File, q inspect.Request) (report inspect.Report, err error) {
		info, err := file.Stat()
		if err != nil {
			return report, err
		}
		q.Size = info.Size()
		reply, err := pool.Run(ctx, q.Encode(), file)
		if err == nil {
			report, err = inspect.DecodeReport(reply)
		} else if failure := (*sandbox.Failure)(nil); !errors.As(err, &failure) {
			return report, tellBusy(err)
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

// tellBusy asks to try the file again later when the sandbox is short of
// children, which is not the file's doing (AV-3).
func tellBusy(err error) error {
	detail := ""
	switch {
	case errors.Is(err, sandbox.ErrBusy):
		detail = "Too many files are being examined at this moment. Please try again in half a minute."
	case errors.Is(err, sandbox.ErrNoChild):
		detail = "The examination of files cannot start at this moment. Please try again in half a minute; if it stays, tell the administrators."
	default:
		return err
	}
	return &index.Error{Code: index.CodeUnavailable, Retry: 30, Err: err, Detail: detail}
}
