//go:build slow

package browser

import (
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
)

// TestOwnersWay looks at each page on which owners withdraw something: yank,
// deprecate, archive, delete, and restore.
func TestOwnersWay(t *testing.T) {
	t.Parallel()
	p := owner(t, func(*person) {})
	p.withdraw(p.show)
	p.tidy()
}

// TestOwnersWayWithoutScript goes the same way in a browser that runs no scripts.
func TestOwnersWayWithoutScript(t *testing.T) {
	t.Parallel()
	p := owner(t, func(p *person) { p.withoutScript(true) })
	p.withdraw(func(string) {})
	p.tidy()
}

// owner is somebody with a project of several releases and one to use instead.
func owner(t *testing.T, first func(*person)) *person {
	t.Helper()
	s := start(t, public, func(c *config.Config) { c.Docs.Show = "always" })
	p := somebody(t, s, "alice")
	first(p)
	p.everything()
	token := p.makeToken("twine")
	for _, v := range []string{"1.0", "1.5", "2.0", "3.0rc1"} {
		s.Upload(token, apptest.Wheel("story-demo", v, "x", "Summary: Told in a test"))
	}
	s.Upload(token, apptest.Sdist("story-demo", "2.0", "x"))
	s.Upload(token, apptest.Wheel("better-story", "1.0", "x"))
	return p
}

const storyDemo = "/manage/project/story-demo/"

// withdraw goes the whole way; look is called where a page is new.
func (p *person) withdraw(look func(name string)) {
	p.t.Helper()
	p.prove()
	p.yanks(look)
	p.deprecates(look)
	p.archives(look)
	p.prove()
	p.redirects(look)
	p.deletes(look)
	p.deletesAll(look)
}

// yanks a release with a reason, and a file.
func (p *person) yanks(look func(name string)) {
	p.t.Helper()
	p.goTo(storyDemo + "release/2.0/")
	look("release")
	p.fill("#yanked_reason", "It breaks on Windows: use 2.0.1 when it is there.")
	p.click("section[aria-labelledby=yank] button")
	p.see("The release 2.0 is yanked.")
	look("release-yanked")
	p.goTo("/project/story-demo/2.0/")
	p.see("yanked")
	p.goTo(storyDemo + "release/1.5/")
	p.press("section[aria-labelledby=files] summary")
	p.fill("section[aria-labelledby=files] input[name=yanked_reason]", "The tag is wrong.")
	p.click("button[name=yank_file]")
	p.see("is yanked.")
	look("release-file-yanked")
	p.click("button[name=unyank_file]")
	p.see("is not yanked any more")
}

// deprecates versions by a rule, and the project from a day to come.
func (p *person) deprecates(look func(name string)) {
	p.t.Helper()
	p.goTo(storyDemo + "rules/")
	look("rules-none")
	p.fill("#specifier", "<<2")
	p.click("form[method=get] button")
	p.see("is no set of version specifiers")
	look("rules-wrong")
	p.fill("#specifier", "<2.0")
	p.choose("#rule-category", "eol")
	p.fill("#rule-reason", "Versions before 2.0 get no more fixes.")
	p.choose("#rule-successors", "better-story") // an empty text area cannot be cleared
	p.press("input[name=later]")
	p.click("form[method=get] button")
	p.see("matches 2 of the releases")
	look("rules-preview")
	p.click("section[aria-labelledby=preview] button")
	p.see("it matches 2 releases")
	look("rules")
	p.goTo(storyDemo + "releases/")
	p.see("deprecated: eol")
	p.goTo("/project/story-demo/1.0/")
	p.see("get no more fixes")
}

// archives the project and takes it back.
func (p *person) archives(look func(name string)) {
	p.t.Helper()
	p.goTo(storyDemo + "settings/")
	look("project-settings-status")
	p.fill("#archive-reason", "The story is told.")
	p.click("form[action$='/archive/'] button")
	p.see("The project is archived")
	look("project-archived")
	p.goTo("/project/story-demo/")
	p.see("The story is told.")
	p.goTo(storyDemo + "settings/")
	p.click("form[action$='/unarchive/'] button")
	p.see("is not archived any more")
}

// redirects the old documentation, and ends that.
func (p *person) redirects(look func(name string)) {
	p.t.Helper()
	p.goTo(storyDemo + "documentation/")
	look("project-documentation")
	p.fill("#redirect-url", "https://127.0.0.1/story")
	p.click("form[action$='/documentation/'] button:not([name=remove])")
	p.see("is a number, not a name")
	look("project-documentation-wrong")
	p.fill("#redirect-url", "https://story.example.org/docs")
	p.click("form[action$='/documentation/'] button:not([name=remove])")
	p.see("https://story.example.org/docs")
	look("project-documentation-set")
	p.click("button[name=remove]")
	p.see("redirects nowhere")
}

// deletes a file and a release, and restores them.
func (p *person) deletes(look func(name string)) {
	p.t.Helper()
	const wheel = "story_demo-2.0-py3-none-any.whl"
	p.goTo(storyDemo + "release/2.0/delete_file/" + wheel + "/")
	p.fill("#confirm", wheel)
	p.click(".danger button")
	p.see("You can restore it below.")
	look("release-file-deleted")
	p.goTo(storyDemo + "release/1.0/")
	p.click("section[aria-labelledby=delete] a")
	p.see("What would break")
	look("release-delete")
	p.fill("#confirm", "1.1")
	p.click(".danger button")
	p.see("Nothing was done")
	look("release-delete-wrong")
	p.fill("#confirm", "1.0")
	p.fill("#reason", "It holds a key that must not be used.")
	p.click(".danger button")
	p.see("The release 1.0 is deleted.")
	look("project-releases-deleted")
	p.goTo("/project/story-demo/1.0/")
	p.see("must not be used")
	look("release-gone")
	p.goTo(storyDemo + "releases/")
	p.click("section[aria-labelledby=deleted] button")
	p.see("story-demo 1.0 is restored.")
}

// deletesAll deletes the project and restores it.
func (p *person) deletesAll(look func(name string)) {
	p.t.Helper()
	p.goTo(storyDemo + "settings/")
	p.click("section[aria-labelledby=delete] a")
	look("project-delete")
	p.fill("#confirm", "story-demo")
	p.fill("#reason", "Moved to better-story.")
	p.click(".danger button")
	p.see("Deleted, and restorable by you")
	look("projects-deleted")
	p.goTo("/project/story-demo/")
	p.see("Moved to better-story.")
	look("project-gone")
	p.goTo(storyDemo + "releases/")
	p.see("The project was deleted on")
	look("project-releases-gone")
	p.goTo("/manage/projects/")
	p.click("section[aria-labelledby=deleted] button")
	p.see("story-demo is restored.")
	p.goTo("/project/story-demo/")
	p.see("Told in a test")
}

// TestPagesOfAHeldProject is SN-2 as owners see it.
func TestPagesOfAHeldProject(t *testing.T) {
	t.Parallel()
	p := owner(t, func(*person) {})
	p.s.Run("admin", "flag", "set", "--project", "story-demo", "quarantined", "--reason", "The newest release sends passwords away")
	p.look(storyDemo+"releases/", "project-releases-held")
	p.look(storyDemo+"settings/", "project-settings-held")
	p.tidy()
}
