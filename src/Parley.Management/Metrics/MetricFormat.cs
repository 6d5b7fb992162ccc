using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Parley.Management;

/// <summary>The two formats of Prometheus, and which of them a reader asks for.</summary>
internal static class MetricFormat
{
    public const string Text = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>RFC 9110 12.5.1: OpenMetrics 1.0.0 where it is asked for by name and no less than the text format.</summary>
    public static bool WantsOpenMetrics(string accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([accept], out IList<MediaTypeHeaderValue>? types))
            return false;
        double open = -1,
            text = -1;
        foreach (MediaTypeHeaderValue type in types)
        {
            double quality = type.Quality ?? 1;
            if (IsOpenMetrics(type))
                open = Math.Max(open, quality);
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
                text = Math.Max(text, quality);
        }

        return open > 0 && open >= text;
    }

    private static bool IsOpenMetrics(MediaTypeHeaderValue type) =>
        type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase)
        && (ParameterOf(type, "version") is null or "1.0.0");

    private static string? ParameterOf(MediaTypeHeaderValue type, string name)
    {
        foreach (NameValueHeaderValue parameter in type.Parameters)
        {
            if (parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return HeaderUtilities.RemoveQuotes(parameter.Value).ToString().ToLower(CultureInfo.InvariantCulture);
        }

        return null;
    }
}
