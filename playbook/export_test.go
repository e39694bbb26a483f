package playbook

import "time"

// The parts of an answer, each for itself.

func (rs *RuleSet) Strategy(f AssessmentFacts, now time.Time, incomes Incomes) Strategy {
	return rs.newEvaluation(f, now, incomes).chooseStrategy()
}

func (rs *RuleSet) Routes(f AssessmentFacts, now time.Time, incomes Incomes, known Experience) []RouteOption {
	return rs.newEvaluation(f, now, incomes).compareRoutes(known)
}

func (rs *RuleSet) Precedents(f AssessmentFacts, now time.Time, lessons []Lesson) []Precedent {
	return rs.newEvaluation(f, now, nil).findPrecedents(lessons)
}

func (rs *RuleSet) SendingQuestions(at time.Time) []Question {
	return rs.questionsAbout(aboutSending, at)
}
