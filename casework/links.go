package casework

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"time"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// How long a counterpart's link is valid, in days.
const (
	LinkDays    = 30
	MaxLinkDays = 90
)

// linkSecretSize is the size of a link's secret in bytes.
const linkSecretSize = 32

// Link is a counterpart's link. Token is set only when it is issued.
type Link struct {
	recovery.Link
	Token string
}

// IssueLink makes a link for a counterpart and revokes the previous one. days 0
// means LinkDays. A repetition gets the link without its token, which is not
// stored.
//
// Errors: CodeInvalid for counterpart_id and days, CodeForbidden,
// CodeActionNotAllowed for a closed case, and in danger.
func (s *Service) IssueLink(ctx context.Context, req Request, id recovery.CaseID, to recovery.CounterpartID, days int) (Reply[Link], error) {
	c, err := s.caseForLinks(ctx, req.Actor, id)
	if err != nil {
		return Reply[Link]{}, err
	}
	if err := checkLink(c, to, days); err != nil {
		return Reply[Link]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[Link], error) { return s.prepareLink(ctx, req, c, to, days) })
}

func (s *Service) prepareLink(
	ctx context.Context, req Request, c recovery.Case, to recovery.CounterpartID, days int,
) (change[Link], error) {
	link, err := s.newLink(req.Actor, c.ID, to, days)
	if err != nil {
		return change[Link]{}, err
	}
	write := postgres.LinkWrite{Link: link.Link, Draft: s.linkDraft(recovery.EntryLinkIssued, req, c, link.Link)}
	write.Precondition = s.mayStillWrite(req).And(invites(req.Actor))
	write.Draft.Facts["expires_at"] = link.ExpiresAt.Format(time.RFC3339)
	write.Revoked = func(old recovery.Link) journal.Draft {
		draft := s.linkDraft(recovery.EntryLinkRevoked, req, c, old)
		draft.Facts["because"] = recovery.EntryLinkIssued
		return draft
	}
	return change[Link]{link.ID, Link{Link: link.Link}, func(idem postgres.Idempotency) (Link, error) {
		write.Idempotency = idem
		return writeReserved(ctx, s.reserveForAccount(req.Actor, useLinks, link.ID, 0), func() (Link, error) {
			return link, s.Store.IssueLink(ctx, write)
		})
	}}, nil
}

// invites is the precondition of a link: the case is open, and not one of danger.
func invites(actor recovery.Actor) postgres.Precondition {
	return func(_ context.Context, locked postgres.LockedCase) error {
		if locked.Position.Invites() {
			return nil
		}
		refused := recovery.Faultf(recovery.CodeActionNotAllowed, "The case is closed: no links are issued.")
		if locked.Position.IsOpen() {
			refused = recovery.Faultf(recovery.CodeActionNotAllowed,
				"In a case of fraud, threat or gambling do not deal with the other side: no links are issued. Leave it to the police.")
		}
		return withAllowedActions(refused, locked.Case, actor)
	}
}

// caseForLinks loads a case whose links the actor may manage.
func (s *Service) caseForLinks(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (recovery.Case, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return recovery.Case{}, err
	}
	return c, checkMayWrite(actor)
}

func checkLink(c recovery.Case, to recovery.CounterpartID, days int) error {
	var faults []recovery.FieldFault
	switch {
	case to == "":
		faults = append(faults, recovery.FieldFault{Field: "counterpart_id", Code: "required", Detail: "This field is needed."})
	case !slices.ContainsFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == to }):
		faults = append(faults, recovery.FieldFault{Field: "counterpart_id", Code: "unknown", Detail: "No counterpart of this case has this id."})
	}
	if days < 0 || days > MaxLinkDays {
		faults = append(faults, recovery.FieldFault{
			Field: "days", Code: "out_of_range", Detail: fmt.Sprintf("A link is valid for 1 to %d days.", MaxLinkDays),
		})
	}
	return recovery.Invalid(faults)
}

func (s *Service) newLink(by recovery.Actor, id recovery.CaseID, to recovery.CounterpartID, days int) (Link, error) {
	secret := make([]byte, linkSecretSize)
	if _, err := io.ReadFull(s.Random, secret); err != nil {
		return Link{}, fmt.Errorf("link: %w", err)
	}
	if days == 0 {
		days = LinkDays
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	hash, now := sha256.Sum256([]byte(token)), s.Now().Truncate(time.Microsecond)
	return Link{Token: token, Link: recovery.Link{
		ID: s.newID(), CaseID: id, CounterpartID: to, Hash: hash[:],
		CreatedAt: now, ExpiresAt: now.Add(time.Duration(days) * day), By: by,
	}}, nil
}

func (s *Service) linkDraft(kind recovery.EntryKind, req Request, c recovery.Case, link recovery.Link) journal.Draft {
	draft := s.newDraft(kind, req, c)
	draft.Key = string(kind) + ":" + link.ID
	draft.Facts = map[string]any{"link_id": link.ID, "counterpart_id": link.CounterpartID}
	return draft
}

// Links lists the links of a case, newest first, for those who may issue them.
func (s *Service) Links(ctx context.Context, actor recovery.Actor, id recovery.CaseID) ([]Link, error) {
	if _, err := s.caseForLinks(ctx, actor, id); err != nil {
		return nil, err
	}
	links, err := s.Store.ListLinks(ctx, id)
	if err != nil {
		return nil, err
	}
	list := make([]Link, len(links))
	for i, link := range links {
		list[i] = Link{Link: link}
	}
	return list, nil
}

// RevokeLink ends a link of a case. A second call changes nothing.
// Errors: CodeNotFound.
func (s *Service) RevokeLink(ctx context.Context, req Request, id recovery.CaseID, linkID string) error {
	c, err := s.caseForLinks(ctx, req.Actor, id)
	if err != nil {
		return err
	}
	links, err := s.Store.ListLinks(ctx, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(links, func(l recovery.Link) bool { return l.ID == linkID })
	if at < 0 {
		return recovery.Faultf(recovery.CodeNotFound, "The case has no such link.")
	}
	return s.Store.RevokeLink(ctx, links[at], s.linkDraft(recovery.EntryLinkRevoked, req, c, links[at]))
}

// FindLink finds the link of a token. Errors: CodeUnauthenticated for an
// unknown token, CodeLinkEnded for a link that was revoked or has expired.
func (s *Service) FindLink(ctx context.Context, token string) (recovery.Link, error) {
	unknown := recovery.Faultf(recovery.CodeUnauthenticated, "Send the token of your link: Authorization: Bearer ….")
	if secret, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(secret) != linkSecretSize {
		return recovery.Link{}, unknown
	}
	link, err := s.Store.LinkByHash(ctx, sha256.Sum256([]byte(token)))
	switch {
	case recovery.CodeOf(err) == recovery.CodeNotFound:
		return recovery.Link{}, unknown
	case err != nil:
		return recovery.Link{}, err
	case !link.IsValid(s.Now()):
		return recovery.Link{}, recovery.LinkEnded()
	}
	return link, nil
}

// CounterpartActor is the actor of a link.
func CounterpartActor(l recovery.Link) recovery.Actor {
	return recovery.Actor{Role: recovery.RoleCounterpart, ID: recovery.UserID(l.CounterpartID)}
}
