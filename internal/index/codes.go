package index

// Code is the stable machine name of a refusal. The list is closed:
// Codes documents each, and a test fails when one is used but undocumented.
type Code string

// The codes, grouped as in Codes.
const (
	CodeInternal         Code = "internal"
	CodeUnavailable      Code = "unavailable"
	CodeStorageFull      Code = "storage-full"
	CodeNotFound         Code = "not-found"
	CodeMethodNotAllowed Code = "method-not-allowed"
	CodeNotAcceptable    Code = "not-acceptable"
	CodeRetired          Code = "retired"
	CodeUnsatisfiable    Code = "range-not-satisfiable"
	CodeSlowRequest      Code = "request-too-slow"
	CodeTooManyRequests  Code = "too-many-requests"

	CodeAuthentication  Code = "authentication-failed"
	CodePasswordRefused Code = "password-refused"
	CodeInvalidToken    Code = "invalid-token"
	CodeNotAllowed      Code = "not-allowed"
	CodeSignIn          Code = "sign-in-required"
	CodeNeedEmail       Code = "verified-email-required"
	CodeNeedFactor      Code = "second-factor-required"
	CodeProveAgain      Code = "prove-again"
	CodeCrossSite       Code = "cross-site-request"
	CodeBanned          Code = "network-banned"
	CodeHeld            Code = "account-on-hold"
	CodeTooManyAttempts Code = "too-many-attempts"
	CodeWrongProof      Code = "wrong-proof"
	CodeLinkEnded       Code = "link-ended"
	CodeCompany         Code = "company-sign-in"

	CodeLastOwner    Code = "last-owner"
	CodeNoInvitation Code = "no-invitation"
	CodeGroupField   Code = "invalid-group-field"
	CodeDocsAddress  Code = "invalid-docs-address"

	CodeInvalidBody      Code = "invalid-body"
	CodeInvalidQuery     Code = "invalid-query"
	CodeInvalidSpecifier Code = "invalid-specifier"
	CodeUnsupportedBody  Code = "unsupported-media-type"
	CodeBodyTooLarge     Code = "body-too-large"
	CodeSearchTooLong    Code = "search-too-long"
	CodeDeleted          Code = "deleted"
	CodePrecondition     Code = "precondition-failed"
	CodeKeyMismatch      Code = "idempotency-mismatch"
	CodeKeyBusy          Code = "idempotency-busy"

	CodePasswordBreached Code = "password-breached"
	CodeReadOnly         Code = "read-only"
	CodeUploadsDisabled  Code = "uploads-disabled"
	CodeNewProjectsOff   Code = "new-projects-disabled"
	CodeNewUsersOff      Code = "new-users-disabled"

	CodeActOvertaken  Code = "act-overtaken"
	CodeReportDecided Code = "report-decided"
	CodeInvalidReport Code = "invalid-report"

	CodeInvalidForm      Code = "invalid-form"
	CodeUnknownProtocol  Code = "unknown-protocol"
	CodeInvalidName      Code = "invalid-name"
	CodeStandardLibrary  Code = "standard-library-name"
	CodeNameProhibited   Code = "name-prohibited"
	CodeNameHeld         Code = "name-held"
	CodeNameTooSimilar   Code = "name-too-similar"
	CodeTooManyProjects  Code = "too-many-new-projects"
	CodeInvalidFiletype  Code = "invalid-filetype"
	CodeInvalidPyversion Code = "invalid-pyversion"
	CodeInvalidDigest    Code = "invalid-digest"
	CodeNoDigest         Code = "no-digest"
	CodeDigestMismatch   Code = "digest-mismatch"
	CodeInvalidMetadata  Code = "invalid-metadata"
	CodeMetadataMismatch Code = "metadata-mismatch"
	CodeMetadataMissing  Code = "metadata-missing"
	CodeNoContent        Code = "no-content"
	CodeInvalidFilename  Code = "invalid-filename"
	CodeFilenameTooLong  Code = "filename-too-long"
	CodeInvalidExtension Code = "invalid-extension"
	CodeInvalidType      Code = "invalid-content-type"
	CodeUnsupportedTag   Code = "unsupported-platform-tag"
	CodeFileTooLarge     Code = "file-too-large"
	CodeProjectTooLarge  Code = "project-too-large"
	CodeFileExists       Code = "file-exists"
	CodeFilenameReuse    Code = "filename-reuse"
	CodeVersionReuse     Code = "version-reuse"
	CodeReleaseDeleted   Code = "release-deleted"
	CodeReleaseClosed    Code = "release-too-old"
	CodeSecondSdist      Code = "second-sdist"
	CodeInvalidArchive   Code = "invalid-archive"
	CodeRecordMissing    Code = "record-missing"
	CodeRecordMismatch   Code = "record-mismatch"
	CodeEntryPoints      Code = "invalid-entry-points"
	CodeLicenseFile      Code = "license-file-missing"
	CodeArchiveCheck     Code = "archive-check-failed"
	CodeBinaries         Code = "platform-tag-untrue"
	CodeKnownBad         Code = "known-bad"
	CodeScanner          Code = "scanner-refused"

	CodeProjectArchived    Code = "project-archived"
	CodeProjectQuarantined Code = "project-quarantined"
	CodeProjectRemoved     Code = "project-removed"
	CodeProjectLocked      Code = "project-locked"
	CodeProjectDeleted     Code = "project-deleted"
	CodeDeletionDisabled   Code = "deletion-disabled"
	CodeDeletionPolicy     Code = "deletion-not-allowed"
	CodeLocked             Code = "locked"
	CodeNotRestorable      Code = "not-restorable"
	CodeUserFrozen         Code = "user-frozen"
	CodeFileQuarantined    Code = "file-quarantined"
	CodeFileRemoved        Code = "file-removed"
	CodeFileLegal          Code = "file-legally-blocked"
	CodeFileDeleted        Code = "file-deleted"
)

// CodeInfo documents one code: its kind, its short title for problem+json,
// and when it is given.
type CodeInfo struct {
	Code    Code
	Kind    Kind
	Title   string
	Meaning string
}

// Codes returns the whole documented list, in the order of the documentation.
func Codes() []CodeInfo { return codeTable[:] }

// Info returns the row of the code; an undocumented code is Internal.
func (c Code) Info() CodeInfo {
	for i := range codeTable {
		if codeTable[i].Code == c {
			return codeTable[i]
		}
	}
	return codeTable[0]
}

var codeTable = [...]CodeInfo{
	{CodeInternal, Internal, "Internal error", "A fault of the server; the log has the cause."},
	{CodeUnavailable, Unavailable, "Temporarily unavailable", "A part the server needs does not answer, or too much is going on; try again later."},
	{CodeStorageFull, StorageFull, "Storage is full", "The server has no space left for the file."},
	{CodeNotFound, NotFound, "Not found", "Nothing is at this address."},
	{CodeMethodNotAllowed, MethodNotAllowed, "Method not allowed", "The address exists, but not for this method."},
	{CodeNotAcceptable, NotAcceptable, "Not acceptable", "None of the content types the client accepts can be given."},
	{CodeRetired, Gone, "Retired", "An action that PyPI once had and that no longer exists."},
	{CodeUnsatisfiable, Unsatisfiable, "Range not satisfiable", "The byte range lies outside the file."},
	{CodeSlowRequest, Invalid, "Request too slow", "The body arrived more slowly than the server waits for."},
	{CodeTooManyRequests, Limited, "Too many requests", "The client did this too often; Retry-After says when it may again."},

	{CodeAuthentication, Denied, "Authentication failed", "No valid credentials came with an upload."},
	{CodePasswordRefused, Denied, "Passwords are refused", "Uploads take API tokens, never passwords."},
	{CodeInvalidToken, Denied, "Invalid API token", "The API token is malformed, unknown, revoked, expired, or narrowed to something else."},
	{CodeNotAllowed, Denied, "Not allowed", "The credentials are valid but do not give this right."},
	{CodeSignIn, Unauthenticated, "Sign in first", "Only who signed in may do this: with a browser, or with an API token."},
	{CodeNeedEmail, Denied, "A verified address is required", "The account has no verified primary e-mail address, and the index asks for one."},
	{CodeNeedFactor, Denied, "A second factor is required", "The account has no second factor, and the index asks for one."},
	{CodeProveAgain, Denied, "Prove again that it is you", "A page of consequence was asked for, and the last proof of the person is too long ago."},
	{CodeCrossSite, Denied, "Request from another site", "A browser sent a form from a page of another site; nothing was done."},
	{CodeLastOwner, Conflict, "The last owner", "A project or organization would be left without an owner."},
	{CodeNoInvitation, NotFound, "No such invitation", "The invitation is unknown, expired, revoked, used up, or for somebody else."},
	{CodeGroupField, Invalid, "A field is not right", "A field of a form on roles, organizations or teams has a value that cannot be."},
	{CodeInvalidBody, Unprocessable, "Invalid body", "The JSON body of a request to the management API cannot be read, or a field of it is missing, unknown or has a value that cannot be."},
	{CodeInvalidQuery, Unprocessable, "Invalid query", "A parameter behind the question mark, or the header field Idempotency-Key, has a value that cannot be."},
	{CodeInvalidSpecifier, Unprocessable, "Invalid specifier", "The text is no set of version specifiers, such as <2.0."},
	{CodeUnsupportedBody, UnsupportedType, "Unsupported media type", "The management API takes bodies of the type application/json."},
	{CodeBodyTooLarge, TooLarge, "Body too large", "The body of a request to the management API is larger than 64 KiB."},
	{CodeSearchTooLong, TooLarge, "Search too long", "A search for projects has more than 1,000 characters."},
	{CodeDeleted, Conflict, "Is deleted", "The thing, or what it is part of, is deleted; restore it before it is changed."},
	{CodePrecondition, PreconditionFailed, "Changed meanwhile", "If-Match names another state than the one that is there: somebody changed it since it was read. Nothing was done."},
	{CodeKeyMismatch, Unprocessable, "Idempotency key was used before", "The Idempotency-Key came before with another request."},
	{CodeKeyBusy, Conflict, "Still at work", "A request with this Idempotency-Key is being carried out."},
	{CodeDocsAddress, Invalid, "Address is not possible", "The documentation of a project cannot redirect to the address."},
	{CodeBanned, Denied, "Network is banned", "An administrator keeps out the network that the request came from."},
	{CodeHeld, Denied, "Account is on hold", "An administrator removed the account's second factors less than a day ago; it makes no tokens and changes no roles."},
	{CodeTooManyAttempts, Limited, "Too many attempts", "Something that is counted, such as signing in, was tried too often; the header Retry-After says when to try again."},
	{CodeWrongProof, Invalid, "Wrong proof", "A password, code or security key was wrong, or was used before."},
	{CodeCompany, Denied, "Signing in with the company failed", "The company's sign-in refused, gave an answer that cannot be trusted, or proved somebody who has no account here."},
	{CodeLinkEnded, Invalid, "The link has ended", "The link of a mail or invitation was used before, is too old, or belongs to another browser."},
	{CodePasswordBreached, Invalid, "Password is known from a breach", "The password appears in a list of stolen passwords and cannot be used."},
	{CodeReadOnly, Denied, "Read-only", "An administrator switched the whole index to read-only."},
	{CodeUploadsDisabled, Denied, "Uploads are disabled", "An administrator switched new uploads off."},
	{CodeNewProjectsOff, Denied, "New projects are disabled", "An administrator switched the creation of projects off."},
	{CodeNewUsersOff, Denied, "New accounts are disabled", "An administrator switched the making of accounts off."},
	{CodeActOvertaken, Conflict, "The act cannot be undone", "The act of a moderator was undone already, or a later one changed the same thing: undo that one first."},
	{CodeReportDecided, Conflict, "Decided already", "Somebody else decided on the report meanwhile."},
	{CodeInvalidReport, Invalid, "A field of a report is not right", "A field of a report, or of what a moderator says of a decision, has a value that cannot be."},

	{CodeInvalidForm, Invalid, "Invalid form", "The upload form has a malformed, missing or repeated field."},
	{CodeUnknownProtocol, Invalid, "Unknown protocol version", "protocol_version is not 1."},
	{CodeInvalidName, Invalid, "Invalid project name", "The name breaks the naming rules of the packaging specifications."},
	{CodeStandardLibrary, Invalid, "Standard library name", "The name is that of a module of Python's standard library."},
	{CodeNameProhibited, Invalid, "Prohibited name", "An administrator prohibited the name."},
	{CodeNameHeld, Conflict, "Name is held", "The name belongs to a deleted project or is held back."},
	{CodeNameTooSimilar, Invalid, "Name is too similar", "The name looks like that of an existing project."},
	{CodeTooManyProjects, Limited, "Too many new projects", "The account created too many projects within the hour."},
	{CodeInvalidFiletype, Invalid, "Unknown file type", "filetype is neither sdist nor bdist_wheel."},
	{CodeInvalidPyversion, Invalid, "Invalid Python version", "pyversion does not fit the file type."},
	{CodeInvalidDigest, Invalid, "Invalid digest", "A digest field is not hexadecimal of the right length."},
	{CodeNoDigest, Invalid, "No digest", "The form has no digest of the file."},
	{CodeDigestMismatch, Invalid, "Digest mismatch", "The file that arrived differs from the digest in the form."},
	{CodeInvalidMetadata, Invalid, "Invalid metadata", "A core metadata field breaks its specification."},
	{CodeMetadataMismatch, Invalid, "Metadata mismatch", "The file's own metadata name another project or version than the form or the filename."},
	{CodeMetadataMissing, Invalid, "Metadata missing", "The archive has no METADATA or PKG-INFO where it must be."},
	{CodeNoContent, Invalid, "No file", "The form has no file."},
	{CodeInvalidFilename, Invalid, "Invalid filename", "The filename breaks its specification or belongs to another project or version."},
	{CodeFilenameTooLong, Invalid, "Filename too long", "The filename has more than 255 bytes."},
	{CodeInvalidExtension, Invalid, "Invalid file extension", "The extension does not fit the file type."},
	{CodeInvalidType, Invalid, "Invalid content type", "The file part has an empty content type or that of an image."},
	{CodeUnsupportedTag, Invalid, "Unsupported platform tag", "The wheel is for a platform this index does not take."},
	{CodeFileTooLarge, Invalid, "File too large", "The file is larger than the limit of its project."},
	{CodeProjectTooLarge, Invalid, "Project too large", "The file would make the project larger than its limit."},
	{CodeFileExists, Invalid, "File already exists", "The filename exists with other bytes."},
	{CodeFilenameReuse, Invalid, "Filename was used before", "A file of this name was deleted; a filename never stands for two contents."},
	{CodeVersionReuse, Invalid, "Version was used before", "The version existed under this name and can only be restored."},
	{CodeReleaseDeleted, Invalid, "Release is deleted", "The release was deleted; restore it or use a new version."},
	{CodeReleaseClosed, Invalid, "Release is closed", "The release is too old to take new files."},
	{CodeSecondSdist, Invalid, "Second source distribution", "A release has one source distribution at most."},
	{CodeInvalidArchive, Invalid, "Invalid distribution file", "The archive is malformed or breaks a limit."},
	{CodeRecordMissing, Invalid, "RECORD missing", "The wheel has no RECORD."},
	{CodeRecordMismatch, Invalid, "RECORD mismatch", "The wheel's RECORD does not list what the wheel holds."},
	{CodeEntryPoints, Invalid, "Invalid entry points", "entry_points.txt breaks its specification."},
	{CodeLicenseFile, Invalid, "License file missing", "A file named by License-File is not in the archive."},
	{CodeArchiveCheck, Invalid, "Archive could not be validated", "Looking into the archive took more time or memory than is allowed, or broke the process that did it."},
	{CodeBinaries, Invalid, "Platform tag is untrue", "A compiled file in the wheel needs more than the wheel's platform tag promises."},
	{CodeKnownBad, Invalid, "Known to be bad", "An administrator's rule refuses the file, or something in it."},
	{CodeScanner, Invalid, "Refused by the scanner", "The operator's scanner refuses the file."},

	{CodeProjectArchived, Denied, "Project is archived", "Its owner archived the project; it takes no uploads."},
	{CodeProjectQuarantined, Denied, "Quarantined", "Administrators look into it; nothing of it can be changed."},
	{CodeProjectRemoved, Denied, "Removed", "Administrators removed it."},
	{CodeProjectLocked, Denied, "Project is locked", "Administrators locked the project."},
	{CodeProjectDeleted, Invalid, "Project is deleted", "The project was deleted."},
	{CodeDeletionDisabled, Denied, "Deletion is disabled", "An administrator switched deletion off."},
	{CodeDeletionPolicy, Denied, "Deletion is not allowed", "The index's rules on deletion refuse it: the thing is too old or too much used, or only administrators delete. Yank it instead."},
	{CodeLocked, Conflict, "Held by administrators", "Administrators quarantined, removed or locked the thing, so its owners cannot delete or restore it."},
	{CodeNotRestorable, Conflict, "Cannot be restored", "The name belongs to somebody else, bytes are gone, the time is over, or what it is part of is deleted itself."},
	{CodeUserFrozen, Denied, "Account is frozen", "Administrators froze the account."},
	{CodeFileQuarantined, Denied, "File is quarantined", "The file, its release or its project is quarantined."},
	{CodeFileRemoved, Gone, "File was removed", "Administrators removed the file."},
	{CodeFileLegal, LegallyBlocked, "Blocked for legal reasons", "The file is withheld for legal reasons."},
	{CodeFileDeleted, Gone, "File was deleted", "The file's owner deleted it."},
}
