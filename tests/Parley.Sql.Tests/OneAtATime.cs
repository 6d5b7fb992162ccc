using Xunit.Sdk;
using Xunit.v3;

// Tests share two database servers and end processes; one after the other, a failure is that of the test that has it.
[assembly: Parallelization(Mode = ParallelMode.None)]
