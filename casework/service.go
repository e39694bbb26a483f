package casework

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"recourse/evidence/journal"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake"
	"recourse/loop"
	"recourse/notify"
	"recourse/playbook"
	"recourse/postgres"
	"recourse/recovery"
	"recourse/textlint"
)

// Engine sends an action to the case's workflow and waits for the result.
type Engine interface {
	// SendAction sends an action and waits for its step to be written. The request
	// id in command and the attempt are its idempotency key. abandoned means that the
	// step was not written because the request was abandoned. The error is a
	// Fault: CodeActionNotAllowed, CodeForbidden or CodeInvalid if the workflow
	// refuses, CodePrecondition or CodeTransactionOpen if the database does,
	// CodeUnavailable if there is no answer in time.
	SendAction(ctx context.Context, id recovery.CaseID, command recovery.Command, attempt int) (abandoned bool, err error)
	// CheckHealth returns an error if the engine cannot be reached.
	CheckHealth(ctx context.Context) error
}

// Config is the configuration of an installation.
type Config struct {
	Version     string // of this build, for the journal's collector
	Development bool   // allows a pace and the development accounts
	Pace        int    // of new cases; 1 in production
	ExportsDir  string // folder of built dossiers and bags
	UploadLimit int64  // bytes of one evidence file
	ActTimeout  time.Duration
	// RetentionYears is how long closed cases are stored; 0 means
	// MinRetentionYears.
	RetentionYears int
	MarkKey        recovery.MarkKey // without it no abuse is detected across cases
	// Limits are those of people without an account; nil means DefaultLimits.
	Limits []Limit
	// ExaminationWait is how long the answer to an upload waits for the examination of the
	// file; 0 means examinationWait.
	ExaminationWait time.Duration
}

// Dependencies are the dependencies of a Service.
type Dependencies struct {
	Store       *postgres.Store
	Blobs       *blob.Store
	Space       *blob.Space     // kept free on the disk of files and exports; nil: nothing
	Decoder     *decode.Decoder // reads files where they can be stopped; nil: in this process
	Registry    *playbook.Registry
	Linter      *textlint.Linter
	Engine      Engine
	NotifyRules *notify.Rules     // nil: no notifications
	SecretBox   *notify.SecretBox // seals the secrets of webhooks; nil: no webhooks
	Now         func() time.Time
	Random      io.Reader
	Log         *slog.Logger
	Loops       *loop.Monitor // watches background work; nil: nobody does
}

// Service has the use cases. It is safe for concurrent use.
type Service struct {
	Dependencies
	config     Config
	limits     *limiter
	tokens     *tokenCache
	experience cache[playbook.Experience]
	incomes    cache[playbook.IncomeTable]
	lessons    cache[[]playbook.Lesson]
	examiner   func() (*intake.Examiner, error)
	examining  *examinations
}

// New makes a Service.
func New(parts Dependencies, config Config) *Service {
	config.Pace = max(1, config.Pace)
	if config.UploadLimit == 0 {
		config.UploadLimit = 200 << 20
	}
	config.RetentionYears = max(MinRetentionYears, config.RetentionYears)
	if config.ActTimeout == 0 {
		config.ActTimeout = 8 * time.Second
	}
	if config.ExaminationWait == 0 {
		config.ExaminationWait = examinationWait
	}
	if parts.Decoder == nil {
		parts.Decoder = decode.NewLocalDecoder()
	}
	s := &Service{
		Dependencies: parts, config: config, limits: newLimiter(parts, config), tokens: newTokenCache(parts.Now),
		examiner:  sync.OnceValues(func() (*intake.Examiner, error) { return intake.NewExaminer(parts.Now) }),
		examining: newExaminations(config.ExaminationWait),
	}
	s.experience.load, s.incomes.load, s.lessons.load = s.readExperience, s.Store.ListIncomes, s.readLessons
	s.experience.now, s.incomes.now, s.lessons.now = parts.Now, parts.Now, parts.Now
	s.experience.logFailure, s.incomes.logFailure = s.logReadFailure("closed cases"), s.logReadFailure("incomes")
	s.lessons.logFailure = s.logReadFailure("lessons")
	return s
}

// logReadFailure logs that assessments run without a part of their data.
func (s *Service) logReadFailure(what string) func(context.Context, error) {
	return func(ctx context.Context, err error) {
		s.Log.WarnContext(ctx, "data for assessments could not be read", "what", what, "error", err)
	}
}

// UploadLimit is the size in bytes above which a file is refused.
func (s *Service) UploadLimit() int64 { return s.config.UploadLimit }

// Development reports whether this is a development installation.
func (s *Service) Development() bool { return s.config.Development }

// Pace is how much faster than real time new cases run; 1 in production.
func (s *Service) Pace() int { return s.config.Pace }

// Operator is the actor of commands on the machine itself. No account has the
// system role, so it cannot be used over the network.
var Operator = recovery.Actor{Role: recovery.RoleSystem, ID: "operator"}

// Request is who asks, and what identifies the request.
type Request struct {
	Actor       recovery.Actor
	Key         string // Idempotency-Key; "" for none
	Fingerprint string // digest of the request; the same key with another one is a conflict
	Device      string // name of the caller's program
	IfMatch     *int64 // version the caller has seen
	HeaderOnly  bool   // only the header of the answer is wanted: nothing is shown, so nothing is recorded as seen
	InParts     bool   // the answer is a part of a file, and others are asked for separately
	linkID      string // of a counterpart, set by the methods that take a link
	// reserve makes the reservation for what the request stores; nil: it has no limit.
	reserve func(ref string, size int64) *reservation
}

func (r Request) sender() postgres.Sender { return postgres.Sender{Actor: r.Actor, LinkID: r.linkID} }

// reserveUse makes the reservation for what the request stores, named by its id.
func (r Request) reserveUse(ref string, size int64) *reservation {
	if r.reserve == nil {
		return nil
	}
	return r.reserve(ref, size)
}

// checkVersion refuses a change if the case has changed since the caller read
// it.
func (r Request) checkVersion(c recovery.Case) error {
	if r.IfMatch == nil || *r.IfMatch == c.Version {
		return nil
	}
	return recovery.Faultf(recovery.CodePrecondition, "The case has changed since it was read. Read it again.")
}

// Reply is the result of a request. Replayed is set when the request was a
// repetition: Value is then the result of the first one.
type Reply[T any] struct {
	Value    T
	Replayed bool
}

// View is a case as one actor sees it.
type View struct {
	recovery.Case
	Allowed      []recovery.Action
	Requirements []recovery.Requirement
	// Contacts is the number of messages; nil in lists.
	Contacts  *ContactView
	KeepUntil *time.Time // when it is erased; nil while it is open
	// Flags are for supervisors and auditors; nil for others and in lists.
	Flags []recovery.AbuseFlag
}

func (s *Service) caseView(ctx context.Context, c recovery.Case, actor recovery.Actor) (View, error) {
	return s.caseViewFrom(ctx, s.Store, c, actor)
}

// caseReader reads what belongs to a case: from the store, or in the transaction that
// changes the case.
type caseReader interface {
	EvidenceKinds(ctx context.Context, ids []recovery.CaseID) (map[recovery.CaseID][]recovery.Evidence, error)
	ContactLog(ctx context.Context, id recovery.CaseID) ([]recovery.ContactEntry, error)
	ContactTotals(ctx context.Context, id recovery.CaseID) (recovery.ContactTotals, error)
	ListOpenFlags(ctx context.Context, id recovery.CaseID) ([]recovery.AbuseFlag, error)
}

func (s *Service) caseViewFrom(ctx context.Context, from caseReader, c recovery.Case, actor recovery.Actor) (View, error) {
	have, err := from.EvidenceKinds(ctx, []recovery.CaseID{c.ID})
	if err != nil {
		return View{}, err
	}
	log, err := from.ContactLog(ctx, c.ID)
	if err != nil {
		return View{}, err
	}
	totals, err := from.ContactTotals(ctx, c.ID)
	if err != nil {
		return View{}, err
	}
	view, err := s.fullView(c, actor, have[c.ID], log, totals)
	if err == nil && canSeeFlags(actor) {
		view.Flags, err = from.ListOpenFlags(ctx, c.ID)
	}
	return view, err
}

// fullView is the view of a single case. A counterpart's evidence satisfies no
// requirement.
func (s *Service) fullView(c recovery.Case, actor recovery.Actor, have []recovery.Evidence, log []recovery.ContactEntry, totals recovery.ContactTotals) (View, error) {
	view, err := s.listView(c, actor, have)
	if err != nil {
		return View{}, err
	}
	view.Contacts, err = s.newContactView(c, log, totals)
	return view, err
}

func (s *Service) listView(c recovery.Case, actor recovery.Actor, have []recovery.Evidence) (View, error) {
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return View{}, err
	}
	return View{Case: redactCase(c, actor), Allowed: allowedActions(c, actor), Requirements: book.Requirements(c, have), KeepUntil: s.keepUntil(c)}, nil
}

// allowedActions returns the actions of the role that this actor may take, too: an
// agent cannot take a colleague's case or release an unassigned one, nobody
// approves their own proposal, a counterpart answers only their own plan.
func allowedActions(c recovery.Case, actor recovery.Actor) []recovery.Action {
	if c.CheckDataAvailable(actor) != nil {
		return []recovery.Action{}
	}
	return slices.DeleteFunc(c.Position.Allowed(actor.Role), func(action recovery.Action) bool {
		switch action {
		case recovery.Release:
			return c.Assignee == ""
		case recovery.Assign:
			return c.Assignee != "" && actor.Role != recovery.RoleSupervisor
		case recovery.ApproveDecision:
			return c.Position.Proposal != nil && c.Position.Proposal.By == actor.ID
		case recovery.ProposePlan, recovery.AcceptPlan, recovery.DeclinePlan:
			return actor.Role == recovery.RoleCounterpart && !mayAnswerPlan(c.Position, recovery.CounterpartID(actor.ID), action)
		default:
			return false
		}
	})
}

// mayAnswerPlan reports whether a counterpart may take an action with a plan.
func mayAnswerPlan(p recovery.Position, id recovery.CounterpartID, action recovery.Action) bool {
	at := slices.IndexFunc(p.Plans, func(plan recovery.Plan) bool { return plan.CounterpartID == id })
	if at < 0 || p.Plans[at].Running {
		return at < 0 && action == recovery.ProposePlan
	}
	return action != recovery.AcceptPlan || p.Plans[at].By != recovery.RoleCounterpart
}

func (s *Service) newID() string { return uuid.Must(uuid.NewV7()).String() }

func (s *Service) newDraft(kind recovery.EntryKind, req Request, c recovery.Case) journal.Draft {
	return journal.Draft{
		Kind: kind, At: s.Now(), Actor: req.Actor, Pace: c.Pace,
		Collector: journal.Collector{Tool: "recourse", Version: s.config.Version, Device: truncateText(req.Device, 120)},
	}
}

// readingKey is the key of the entry about the readings of a file by one person within an
// hour of the clock.
func (s *Service) readingKey(req Request, file ...string) string {
	hour := s.Now().UTC().Truncate(time.Hour).Format("2006-01-02T15")
	return "read:" + strings.Join(file, ":") + ":" + string(req.Actor.Role) + ":" + string(req.Actor.ID) + ":" + hour
}

func truncateText(text string, limit int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), limit)])
}

// visibleCase loads a case that the actor may see. For a claimant,
// other cases do not exist.
func (s *Service) visibleCase(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (recovery.Case, error) {
	if _, err := uuid.Parse(string(id)); err != nil {
		return recovery.Case{}, recovery.NoSuchCase()
	}
	c, err := s.Store.ReadCase(ctx, id)
	if err != nil {
		return recovery.Case{}, err
	}
	if !c.IsVisibleTo(actor) {
		return recovery.Case{}, recovery.NoSuchCase()
	}
	return redactCase(c, actor), nil
}

// checkMayWrite refuses the roles that only read.
func checkMayWrite(actor recovery.Actor) error {
	switch actor.Role {
	case recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleSystem:
		return nil
	default:
		return recovery.Faultf(recovery.CodeForbidden, "The role %s can only read.", actor.Role)
	}
}

// Ready checks that the database has the right version and the engine answers.
func (s *Service) Ready(ctx context.Context) error {
	return errors.Join(s.Store.CheckReady(ctx), s.Engine.CheckHealth(ctx))
}
