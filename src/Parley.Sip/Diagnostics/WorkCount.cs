using System.Runtime.CompilerServices;

namespace Parley.Sip;

/// <summary>
/// Counts what is done for a message in steps (a header line, a value, a parameter, a URI, an edit moved), so that a test can bound the cost of one datagram
/// without a clock. Off unless the switch is set at start; then the compiler leaves the counting out.
/// </summary>
internal static class WorkCount
{
    /// <summary>The AppContext switch that turns it on.</summary>
    internal const string Switch = "Parley.Sip.CountWork";

    private static readonly bool IsOn = AppContext.TryGetSwitch(Switch, out bool isOn) && isOn;

    [ThreadStatic]
    private static long t_steps;

    /// <summary>Steps of this thread since it began.</summary>
    internal static long Steps => t_steps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(int steps = 1)
    {
        if (IsOn)
            t_steps += steps;
    }
}
