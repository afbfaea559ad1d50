// Package cases has the programs: each file some that are alike.
package cases

import "math/rand/v2"

// A Step does the work of one round.
type Step func(round int)

// All has every program by its name. Given the source of its chances, each
// prepares itself and answers its step.
var All = map[string]func(*rand.Rand) Step{
	"chan-send":      chanSend,
	"chan-receive":   chanReceive,
	"chan-range":     chanRange,
	"select":         selectWithoutExit,
	"nil-channel":    nilChannel,
	"waitgroup":      waitGroup,
	"mutex":          mutex,
	"rwmutex":        rwMutex,
	"cond":           cond,
	"ticker-loop":    tickerLoop,
	"sleep-loop":     sleepLoop,
	"network-read":   networkRead,
	"map":            growingMap,
	"backing-array":  backingArray,
	"pool":           misusedPool,
	"closure":        closure,
	"after-func":     afterFunc,
	"http-body":      unclosedBody,
	"in-library":     inLibrary,
	"warm-up":        warmUp,
	"bounded-cache":  boundedCache,
	"churn":          churn,
	"worker-pool":    workerPool,
	"burst":          burst,
	"turnover":       turnover,
	"time-after":     timeAfter,
	"good-pool":      goodPool,
	"http-closed":    closedBody,
	"short-lock":     shortLock,
	"ended-routines": endedGoroutines,
}

// some is a number around n.
func some(rng *rand.Rand, n int) int { return n*3/4 + rng.IntN(n/2+1) }
