package ops

// ProjectCommand groups the commands on projects.
type ProjectCommand struct {
	List ProjectList `cmd:"" help:"List projects. Example: strongroom admin project list --ownerless"`
}
