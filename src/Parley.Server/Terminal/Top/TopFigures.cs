using System.Text.Json;
using Parley.Server.Client;

namespace Parley.Server.Terminal.Top;

/// <summary>What <c>parley top</c> knows at a moment.</summary>
/// <param name="At">When, by the clock of the terminal's machine.</param>
/// <param name="Statistics">As <c>/api/v1/statistics</c> has them.</param>
/// <param name="Dialogs">The calls that are shown, as <c>/api/v1/dialogs</c> has them.</param>
internal sealed record TopFigures(DateTimeOffset At, JsonElement Statistics, IReadOnlyList<JsonElement> Dialogs)
{
    /// <summary>A counter of the group dialog; 0 where there is none.</summary>
    public long this[string name] => Statistics.Field("dialog")?.Number(name) ?? 0;

    /// <summary>How often a second a counter has gone up since.</summary>
    public double RateOf(string name, TopFigures? before)
    {
        var seconds = before is null ? 0 : (At - before.At).TotalSeconds;
        return seconds <= 0 ? 0 : Math.Max(0, this[name] - before![name]) / seconds;
    }
}
