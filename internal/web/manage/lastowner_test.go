package manage_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestOneOwnerStays: of two owners of a project and of an organization who go at the same moment, one by closing the account and
// the other by any way, one is refused and stays.
func TestOneOwnerStays(t *testing.T) {
	const group = "/manage/organization/acme/people/"
	ways := map[string]func(s *shared, b *apptest.Browser, name string) apptest.Response{
		"closes the account": func(_ *shared, b *apptest.Browser, name string) apptest.Response {
			return b.PostForm("/manage/account/", "confirm_username", name)
		},
		"leaves the project": func(_ *shared, b *apptest.Browser, _ string) apptest.Response {
			return b.PostForm(collaboration + "leave/")
		},
		"steps down in the project": func(_ *shared, b *apptest.Browser, name string) apptest.Response {
			return b.PostForm(collaboration+"change/", "username", name, "role_name", "Reader")
		},
		"leaves the organization": func(_ *shared, b *apptest.Browser, _ string) apptest.Response { return b.PostForm(group + "leave/") },
		"steps down in the organization": func(_ *shared, b *apptest.Browser, name string) apptest.Response {
			return b.PostForm(group+"change/", "username", name, "role_name", "Member")
		},
	}
	eachShared(t, func(t *testing.T, s *shared) {
		s.Run("admin", "organization", "create", "acme", "--owner", "alice")
		round := 0
		for how, way := range ways {
			for range 3 {
				round++
				closer, other := fmt.Sprintf("closer%d", round), fmt.Sprintf("other%d", round)
				s.onlyOwners(closer, other)
				first, second := s.as(closer), s.as(other)
				var all sync.WaitGroup
				var closed, gone apptest.Response
				all.Go(func() { closed = ways["closes the account"](s, first, closer) })
				all.Go(func() { gone = way(s, second, other) })
				all.Wait()
				if closed.StatusCode == http.StatusSeeOther && gone.StatusCode == http.StatusSeeOther {
					t.Errorf("%s, and the other closed the account: both may", how)
				}
				if s.role("demo", closer) != index.Owner && s.role("demo", other) != index.Owner {
					t.Errorf("%s: the project has no owner", how)
				}
				if s.member("acme", closer) != index.OrganizationOwner && s.member("acme", other) != index.OrganizationOwner {
					t.Errorf("%s: the organization has no owner", how)
				}
			}
		}
	})
}

// onlyOwners makes these people the only owners of demo and of acme.
func (s *shared) onlyOwners(names ...string) {
	s.t.Helper()
	var ids []int64
	for _, name := range names {
		ids = append(ids, s.User(name).ID)
	}
	s.change(func(ctx context.Context, tx *change.Tx) error {
		p := s.project("demo")
		g, _, err := tx.Organization(ctx, "acme")
		if err != nil {
			return err
		}
		roles, err := tx.RolesOf(ctx, p.ID)
		if err != nil {
			return err
		}
		members, err := tx.Members(ctx, g.ID)
		if err != nil {
			return err
		}
		for _, r := range roles {
			if _, err := tx.RemoveRole(ctx, p.ID, r.UserID); err != nil {
				return err
			}
		}
		for _, m := range members {
			if _, err := tx.RemoveMember(ctx, g.ID, m.UserID); err != nil {
				return err
			}
		}
		for _, id := range ids {
			if err := tx.SetRole(ctx, p.ID, id, index.Owner); err != nil {
				return err
			}
			if err := tx.SetMember(ctx, index.Member{OrganizationID: g.ID, UserID: id, Role: index.OrganizationOwner}, tx.Now.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
}
