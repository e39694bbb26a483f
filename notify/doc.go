// Package notify decides who is notified of a change of a case, words the
// notifications, and sends them: to an inbox and by mail for people, as signed
// webhooks for programs.
//
// rules.yaml defines which notices are sent; their texts are in package texts.
// Rules uses both. Package postgres writes the notices in the transaction of the
// change. Mailer and Poster each make one attempt and return a Verdict;
// MailOutcomeAfter and DeliveryOutcomeAfter decide on the retry. The loop is in
// package worker.
//
// A mail is sent once, with one exception: if the mail server has the whole message
// and this process dies, or loses the connection, before the reply is stored, the
// mail is sent again after the claim expires. It has the same Message-ID, by which
// receivers drop it. A webhook may be delivered more than once, always with the same
// webhook-id.
//
// A notice contains no names, no quoted messages and not who has the money; people
// who may see these open the case. Webhook secrets and mail addresses
// are never logged.
//
// It imports recovery, playbook and texts. Package postgres stores its types;
// activities, casework, worker, api, web and cmd may import it.
package notify
