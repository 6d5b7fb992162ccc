using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>What a leg knows of its dialog.</summary>
internal interface ILegOwner
{
    /// <summary>The lock that guards the leg.</summary>
    Lock Lock { get; }

    /// <summary>Knows which connections are open; null without a network.</summary>
    ISipTransport? Transport { get; }
}
