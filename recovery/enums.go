package recovery

import "slices"

// Identifiers are UUIDv7 in text form.
type (
	// CaseID identifies a case.
	CaseID string
	// CaseNumber identifies a case for people, for example on the phone: "R20261121-000042".
	CaseNumber string
	// CounterpartID identifies a counterpart within a case.
	CounterpartID string
	// EvidenceID identifies one file's record.
	EvidenceID string
	// ExportID identifies one dossier with its bag.
	ExportID string
	// RequestID identifies an action request.
	RequestID string
	// UserID identifies an account.
	UserID string
)

// Platform is the wallet or messenger with which the money was sent.
type Platform string

// The platforms.
const (
	WeChat Platform = "wechat"
	Alipay Platform = "alipay"
	QQ     Platform = "qq"
	WeCom  Platform = "wecom"
)

// Instrument is how the money was sent.
type Instrument string

// The instruments. Law and recall differ between red packets and transfers.
const (
	OrdinaryPacket   Instrument = "ordinary_packet"
	LuckyPacket      Instrument = "lucky_packet"
	Transfer         Instrument = "transfer"
	EnterprisePacket Instrument = "enterprise_packet"
	PasswordPacket   Instrument = "password_packet"
)

// ClaimState is how much of the money the recipients have claimed.
type ClaimState string

// The claim states.
const (
	Unclaimed     ClaimState = "unclaimed"
	PartlyClaimed ClaimState = "partly_claimed"
	Claimed       ClaimState = "claimed"
	ClaimUnknown  ClaimState = "unknown"
)

// GroupKind is the kind of the group chat; NoGroup for a payment to one person.
type GroupKind string

// The group kinds.
const (
	NoGroup        GroupKind = "none"
	FamilyGroup    GroupKind = "family"
	FriendsGroup   GroupKind = "friends"
	WorkGroup      GroupKind = "work"
	StrangersGroup GroupKind = "strangers"
	TradeGroup     GroupKind = "trade"
)

// Reason is why the payment was a mistake.
type Reason string

// The reasons.
const (
	WrongGroup     Reason = "wrong_group"
	WrongPerson    Reason = "wrong_person"
	WrongAmount    Reason = "wrong_amount"
	Duplicate      Reason = "duplicate"
	LeakedPassword Reason = "leaked_password"
	// TakenByAnother: meant for one member of a group, taken by another.
	TakenByAnother Reason = "taken_by_another"
	OtherReason    Reason = "other"
)

// Stage is the stage of a case.
type Stage string

// The stages in their order.
const (
	RecallWatch    Stage = "recall_watch"
	PrivateContact Stage = "private_contact"
	GroupNotice    Stage = "group_notice"
	Appeal         Stage = "appeal"
	Legal          Stage = "legal"
	Closed         Stage = "closed"
)

// Stages lists the stages in the order in which a case passes them.
var Stages = []Stage{RecallWatch, PrivateContact, GroupNotice, Appeal, Legal, Closed}

// IsAfter reports whether s comes after other.
func (s Stage) IsAfter(other Stage) bool {
	return slices.Index(Stages, s) > slices.Index(Stages, other)
}

// WaitingOn is who has to act next.
type WaitingOn string

// The possible values of WaitingOn.
const (
	OnClaimant    WaitingOn = "claimant"
	OnCounterpart WaitingOn = "counterpart"
	OnPlatform    WaitingOn = "platform"
	OnAgent       WaitingOn = "agent"
	OnCourt       WaitingOn = "court"
	OnNobody      WaitingOn = "nobody"
)

// Outcome is how a closed case ended.
type Outcome string

// The outcomes.
const (
	AutoRefunded     Outcome = "auto_refunded"
	RecoveredFull    Outcome = "recovered_full"
	RecoveredPartly  Outcome = "recovered_partly"
	Settled          Outcome = "settled"
	Judgment         Outcome = "judgment"
	CriminalReferred Outcome = "criminal_referred"
	Unrecovered      Outcome = "unrecovered"
	Withdrawn        Outcome = "withdrawn"
	NotEligible      Outcome = "not_eligible"
)

// Response is the kind of a counterpart's answer.
type Response string

// The responses.
const (
	Returned       Response = "returned"
	PartlyReturned Response = "partly_returned"
	Promised       Response = "promised"
	Refused        Response = "refused"
	Contested      Response = "contested"
	Hostile        Response = "hostile"
)

// Refusal is why a counterpart does not return the money.
type Refusal string

// The refusals.
const (
	NoAnswer        Refusal = "no_answer"
	Refuses         Refusal = "refuses"
	ClaimsGift      Refusal = "claims_gift"
	ClaimsOwed      Refusal = "claims_owed"
	AlreadyReturned Refusal = "already_returned"
	AccountClosed   Refusal = "account_closed"
	RefusalHostile  Refusal = "hostile"
	RefusalBlocked  Refusal = "blocked" // they blocked or removed the claimant
)

// Channel is how people communicated, or how money came back.
type Channel string

// The channels.
const (
	PrivateMessage Channel = "private_message"
	GroupMessage   Channel = "group_message"
	ByWeChat       Channel = "wechat"
	ByAlipay       Channel = "alipay"
	ByQQ           Channel = "qq"
	ByWeCom        Channel = "wecom"
	SMS            Channel = "sms"
	Email          Channel = "email"
	Phone          Channel = "phone"
	InPerson       Channel = "in_person"
	Letter         Channel = "letter"
	OriginalRoute  Channel = "original_route"
	AutoRefund     Channel = "auto_refund"
	BankTransfer   Channel = "bank_transfer"
	Cash           Channel = "cash"
	OtherChannel   Channel = "other"
)

// Decision is the decision about an appeal.
type Decision string

// The decisions.
const (
	Granted       Decision = "granted"
	PartlyGranted Decision = "partly_granted"
	Denied        Decision = "denied"
)

// Route is a legal route.
type Route string

// The routes (民诉法 2023: payment order 225, small claims 165, suit 122).
const (
	Mediation    Route = "mediation"
	DemandLetter Route = "demand_letter"
	PaymentOrder Route = "payment_order"
	SmallClaims  Route = "small_claims"
	CivilSuit    Route = "civil_suit"
	PoliceReport Route = "police_report"
	SetOff       Route = "set_off"
	CrossBorder  Route = "cross_border"
)

// Audience is the readers for whom a dossier is built.
type Audience string

// The audiences.
const (
	ForCourt    Audience = "court"
	ForOpponent Audience = "opponent"
	ForPlatform Audience = "platform"
	ForArchive  Audience = "archive"
)

// Role defines the permissions of an account.
type Role string

// The roles. RoleSystem is the product itself and has no account.
const (
	RoleClaimant    Role = "claimant"
	RoleCounterpart Role = "counterpart"
	RoleAgent       Role = "agent"
	RoleSupervisor  Role = "supervisor"
	RoleLegal       Role = "legal"
	RoleAdmin       Role = "admin"
	RoleAuditor     Role = "auditor"
	RoleSystem      Role = "system"
)

// Actor is who acted: a role and an account, never a name.
type Actor struct {
	Role Role   `json:"role"`
	ID   UserID `json:"id"`
}

// System is the actor of automatic changes such as passed deadlines.
var System = Actor{Role: RoleSystem, ID: "system"}

// The values of each enumeration.
var (
	Platforms   = []Platform{WeChat, Alipay, QQ, WeCom}
	Instruments = []Instrument{OrdinaryPacket, LuckyPacket, Transfer, EnterprisePacket, PasswordPacket}
	ClaimStates = []ClaimState{Unclaimed, PartlyClaimed, Claimed, ClaimUnknown}
	GroupKinds  = []GroupKind{NoGroup, FamilyGroup, FriendsGroup, WorkGroup, StrangersGroup, TradeGroup}
	Reasons     = []Reason{WrongGroup, WrongPerson, WrongAmount, Duplicate, LeakedPassword, TakenByAnother, OtherReason}
	Waits       = []WaitingOn{OnClaimant, OnCounterpart, OnPlatform, OnAgent, OnCourt, OnNobody}
	Outcomes    = []Outcome{AutoRefunded, RecoveredFull, RecoveredPartly, Settled, Judgment, CriminalReferred, Unrecovered, Withdrawn, NotEligible}
	Responses   = []Response{Returned, PartlyReturned, Promised, Refused, Contested, Hostile}
	Refusals    = []Refusal{NoAnswer, Refuses, ClaimsGift, ClaimsOwed, AlreadyReturned, AccountClosed, RefusalHostile, RefusalBlocked}
	Channels    = []Channel{PrivateMessage, GroupMessage, ByWeChat, ByAlipay, ByQQ, ByWeCom, SMS, Email, Phone, InPerson, Letter, OriginalRoute, AutoRefund, BankTransfer, Cash, OtherChannel}
	Decisions   = []Decision{Granted, PartlyGranted, Denied}
	Routes      = []Route{Mediation, DemandLetter, PaymentOrder, SmallClaims, CivilSuit, PoliceReport, SetOff, CrossBorder}
	Audiences   = []Audience{ForCourt, ForOpponent, ForPlatform, ForArchive}
	Roles       = []Role{RoleClaimant, RoleCounterpart, RoleAgent, RoleSupervisor, RoleLegal, RoleAdmin, RoleAuditor}
)
