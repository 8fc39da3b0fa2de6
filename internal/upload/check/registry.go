package check

import "strongroom/internal/index"

// sameBytes recognises the very same file (row 25): nothing is wrong and
// nothing changes. It holds before every other rule of the registry, so a
// repeated upload succeeds in an old release too (U-21).
var sameBytes = Check{
	Name: "same-bytes", Row: 25, Stage: Duplicate, Ref: "U-21, SD-16",
	Run: func(u *Upload) []index.Problem {
		f := u.Facts
		if f.Claimed && f.FileExists && f.ClaimFilename == u.Filename && f.ClaimSHA256 == u.Digests.SHA256 && f.FileStatus.File == "" {
			return refuse(index.CodeFileExists, "The same file is already there.")
		}
		return nil
	},
}

// fileExists is the only refusal whose text says "already exists": twine's
// --skip-existing skips on it (X-5, UC-02).
var fileExists = Check{
	Name: "file-exists", Row: 26, Stage: Duplicate, Ref: "SD-9, SD-16",
	Run: func(u *Upload) []index.Problem {
		f := u.Facts
		if !f.Claimed || !f.FileExists || f.FileStatus.File != "" {
			return nil
		}
		if f.ClaimFilename != u.Filename {
			return refuse(index.CodeFileExists, "File already exists ('%s' is another spelling of '%s', with sha256 '%s'). Use a different version.", u.Filename, f.ClaimFilename, f.ClaimSHA256)
		}
		return refuse(index.CodeFileExists, "File already exists ('%s', with sha256 '%s'). Use a different version; a filename never stands for two contents.", u.Filename, f.ClaimSHA256)
	},
}

var filenameReuse = Check{
	Name: "filename-reuse", Row: 27, Stage: Duplicate, Ref: "SD-9",
	Run: func(u *Upload) []index.Problem {
		f := u.Facts
		if !f.Claimed || f.FileExists && f.FileStatus.File == "" || Restores(u) {
			return nil
		}
		if len(releaseStatus.Run(u)) > 0 {
			return nil // the whole release is withdrawn, which says more (SD-11)
		}
		return refuse(index.CodeFilenameReuse, "This filename was previously used by a file that has since been deleted or withdrawn ('%s'). Use a different version.", f.ClaimFilename)
	},
}

// Restores reports whether the upload brings the very bytes of a deleted file
// that may be restored: then it does that, and the other rules of the registry,
// which are about new files, do not hold (SD-10).
func Restores(u *Upload) bool {
	f := u.Facts
	return f.Restorable && f.ClaimFilename == u.Filename && f.ClaimSHA256 == u.Digests.SHA256 && f.ClaimSize == u.Digests.Size &&
		string(f.File.Packagetype) == u.field("filetype")
}

var versionReuse = Check{
	Name: "version-reuse", Row: 27, Stage: Registry, Ref: "SD-12",
	Run: func(u *Upload) []index.Problem {
		if u.Facts.Burned && !u.Facts.ReleaseExists {
			return refuse(index.CodeVersionReuse, "Version %s of '%s' existed before and can only be restored. Use a new version.", u.Version, u.Name)
		}
		return nil
	},
}

var releaseAge = Check{
	Name: "release-age", Row: 28, Stage: Registry, Ref: "SD-14",
	Run: func(u *Upload) []index.Problem {
		age := u.Policy.ReleaseMaxAge
		if age == 0 || !u.Facts.ReleaseExists || u.Now.Sub(u.Facts.Release.CreatedAt) <= age || u.Now.Before(u.Facts.Release.OpenUntil) {
			return nil
		}
		return refuse(index.CodeReleaseClosed, "Uploading new files to releases older than %d days is not allowed. Release %s of '%s' is from %s; make a new one.",
			int(age.Hours()/24), u.Facts.Release.Version, u.Name, u.Facts.Release.CreatedAt.Format("2006-01-02"))
	},
}

// secondSdist is lenient because old releases have a .zip beside their .tar.gz.
var secondSdist = Check{
	Name: "second-sdist", Row: 29, Stage: Registry, Ref: "warehouse-inventory 7.1", Lenient: true,
	Run: func(u *Upload) []index.Problem {
		if u.wheel() || u.Facts.Sdist == "" {
			return nil
		}
		return refuse(index.CodeSecondSdist, "Only one sdist may be uploaded per release; release %s of '%s' has '%s'.", u.Version, u.Name, u.Facts.Sdist)
	},
}
