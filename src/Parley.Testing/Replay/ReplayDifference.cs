namespace Parley.Testing;

/// <summary>One thing that a replay did otherwise than the recording.</summary>
/// <param name="MessageNumber">The number of the message in the recording, counted from 1 over the messages of both directions; 0 for a step, and for a message that comes after all recorded ones.</param>
/// <param name="At">When, counted from the first entry of the recording.</param>
/// <param name="Text">What differs, one line.</param>
public readonly record struct ReplayDifference(int MessageNumber, TimeSpan At, string Text)
{
    /// <summary>As one line, with number and time.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{(MessageNumber > 0 ? $"message {MessageNumber}" : "step")} at {At.TotalSeconds:F3} s: {Text}"
        );
}
