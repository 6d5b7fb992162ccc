namespace Parley.Testing;

/// <summary>A step of a call as one side saw it.</summary>
/// <param name="Time">When, by the agent's clock, since the agent was made.</param>
/// <param name="IsSent">True for what this side sent.</param>
/// <param name="Label">"INVITE", "180 INVITE", or a state's name.</param>
public readonly record struct CallEvent(TimeSpan Time, bool IsSent, string Label)
{
    /// <summary>"> INVITE" for what was sent, "&lt; 180 INVITE" for what was received.</summary>
    public override string ToString() => (IsSent ? "> " : "< ") + Label;
}
