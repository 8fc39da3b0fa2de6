package v1

import (
	"slices"

	"strongroom/internal/access"
)

// operations is the one table of what the API does. Adding an operation is
// adding a row: its route, its checks and its part of the OpenAPI document
// follow.
func (a *API) operations() []operation {
	return slices.Concat(
		projectOperations(), settingsOperations(), statusOperations(), deprecationOperations(), deletionOperations(), docsOperations(), roleOperations(),
		organizationOperations(), peopleOperations(), teamOperations(), labelOperations(), reportOperations(), queueOperations(), moderationOperations(), labellingOperations(),
	)
}

// Addresses that more than one operation has.
const (
	atProject = "/projects/{project}"
	atRelease = atProject + "/releases/{version}"
	atFile    = atProject + "/files/{filename}"
)

func projectOperations() []operation {
	return []operation{
		{ID: "getProject", Tag: "projects", Method: "GET", Path: atProject, Right: access.ReadProject, Summary: "A project with its status and flags", Reads: reads((*call).readProject)},
		{ID: "getFlags", Tag: "projects", Method: "GET", Path: atProject + "/flags", Right: access.ReadProject, Summary: "The flags and public labels on a project", Reads: reads((*call).readFlags)},
		{
			ID: "listReleases", Tag: "projects", Method: "GET", Path: atProject + "/releases", Right: access.ReadProject, Listed: true,
			Summary: "The releases of a project with their status, the newest version first", Doc: "Those that are withdrawn are listed for whoever maintains the project.",
			Reads: reads((*call).readReleases),
		},
		{ID: "getRelease", Tag: "projects", Method: "GET", Path: atRelease, Right: access.ReadProject, Summary: "A release with its files", Reads: reads((*call).readRelease)},
		{ID: "getFile", Tag: "projects", Method: "GET", Path: atFile, Right: access.ReadProject, Summary: "A file with its status", Reads: reads((*call).readFile)},
	}
}

func statusOperations() []operation {
	release, file := reads((*call).readRelease), reads((*call).readFile)
	return []operation{
		{ID: "getProjectStatus", Tag: "status", Method: "GET", Path: atProject + "/status", Right: access.ReadProject, Summary: "A project's status", Reads: reads((*call).readStatus)},
		{
			ID: "setProjectStatus", Tag: "status", Method: "PATCH", Path: atProject + "/status", Right: access.SetFlags,
			Summary: "Makes a project active, deprecated or archived",
			Doc:     "The body says all of the status: what is left out is taken back. To ask for what is there already changes nothing.",
			Reads:   reads((*call).readStatus), Does: does((*call).setStatus), Errors: heldErrors(),
		},
		{
			ID: "yankRelease", Tag: "status", Method: "PUT", Path: atRelease + "/yank", Right: access.YankReleases, Summary: "Yanks a release",
			Doc: "Installers choose it only where it is pinned (PEP 592). Files that are uploaded to it later are yanked too.", Reads: release, Does: does((*call).yankRelease), Errors: heldErrors(),
		},
		{ID: "unyankRelease", Tag: "status", Method: "DELETE", Path: atRelease + "/yank", Right: access.YankReleases, Summary: "Takes back that a release is yanked", Reads: release, Does: does((*call).unyankRelease), Errors: heldErrors()},
		{ID: "yankFile", Tag: "status", Method: "PUT", Path: atFile + "/yank", Right: access.YankReleases, Summary: "Yanks a file", Reads: file, Does: does((*call).yankFile), Errors: heldErrors()},
		{ID: "unyankFile", Tag: "status", Method: "DELETE", Path: atFile + "/yank", Right: access.YankReleases, Summary: "Takes back that a file is yanked", Reads: file, Does: does((*call).unyankFile), Errors: heldErrors()},
	}
}
