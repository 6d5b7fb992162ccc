using System.Runtime.CompilerServices;
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>
/// Targets made of a URI alone, kept so that a route that sends every call to the same few URIs makes none per call (96 bytes each). By the URI
/// object: slots are few, and a later URI replaces the one in its slot. Safe from any thread, for targets are immutable.
/// </summary>
internal sealed class TargetCache
{
    private const int Slots = 64;
    private readonly BranchTarget?[] _targets = new BranchTarget?[Slots];

    public BranchTarget Of(SipUri uri, int q)
    {
        ref BranchTarget? slot = ref _targets[RuntimeHelpers.GetHashCode(uri) & (Slots - 1)];
        BranchTarget? known = Volatile.Read(ref slot);
        if (known is not null && ReferenceEquals(known.Uri, uri) && known.Q == q)
            return known;
        var target = new BranchTarget { Uri = uri, Q = q };
        Volatile.Write(ref slot, target);
        return target;
    }
}
