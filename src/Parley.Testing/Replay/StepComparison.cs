using System.Text;
using Parley.Hosting;

namespace Parley.Testing;

/// <summary>Compares the steps of a replay with the recorded ones: kinds and words in their order; numbers, ids and times in the words are not looked at.</summary>
internal static class StepComparison
{
    /// <summary>Kinds that depend on the machine or the network alone.</summary>
    private static readonly string[] Passed = ["recorder", "message"];

    public static IEnumerable<ReplayDifference> Differences(CallFile file, IReadOnlyList<CallFileStep> replayed)
    {
        CallFileStep[] left = [.. file.Steps.Where(static s => !Passed.Contains(s.Kind))];
        CallFileStep[] right = [.. replayed.Where(static s => !Passed.Contains(s.Kind))];
        if (left.Length == 0)
            yield break; // recorded without steps
        DateTimeOffset start = file.Entries[0].At;
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            CallFileStep? recorded = i < left.Length ? left[i] : null;
            CallFileStep? now = i < right.Length ? right[i] : null;
            if (recorded is not null && now is not null && recorded.Kind == now.Kind && Words(recorded.Text) == Words(now.Text))
                continue;
            string text =
                recorded is null ? $"not recorded, now {now!.Kind}: {now.Text}"
                : now is null ? $"recorded {recorded.Kind}: {recorded.Text}, now not taken"
                : $"recorded {recorded.Kind}: {recorded.Text}, now {now.Kind}: {now.Text}";
            // What follows is out of step.
            yield return new ReplayDifference(0, (recorded ?? now)!.At - start, text);
            yield break;
        }
    }

    /// <summary>The text with each word that holds a digit left out.</summary>
    private static string Words(string text)
    {
        var words = new StringBuilder();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            words.Append(word.Any(char.IsAsciiDigit) ? "#" : word).Append(' ');
        return words.ToString();
    }
}
