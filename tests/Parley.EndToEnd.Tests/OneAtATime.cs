using Xunit.Sdk;
using Xunit.v3;

// Each test has the machine to itself: a busy processor makes SIPp repeat itself, which the tests count.
[assembly: Parallelization(Mode = ParallelMode.None)]
