namespace Parley.Simulation;

/// <summary>What must never be, and in which call it was.</summary>
internal sealed class Violations
{
    private const int Most = 200;
    private readonly List<string> _texts = [];

    public IReadOnlyList<string> Texts => _texts;

    /// <summary>The Call-ID of the first call that is to blame; null when none is known.</summary>
    public string? CallId { get; private set; }

    public void Add(string text, string? callId = null)
    {
        CallId ??= callId;
        if (_texts.Count < Most)
            _texts.Add(text);
    }

    public void Expect(string what, long actual, long expected)
    {
        if (actual != expected)
            Add($"{what}: {actual}, not {expected}");
    }
}
