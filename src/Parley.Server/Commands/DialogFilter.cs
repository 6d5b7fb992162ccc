using System.CommandLine;
using System.Globalization;

namespace Parley.Server.Commands;

/// <summary>The options that choose dialogs, as the API takes them.</summary>
internal sealed class DialogFilter
{
    private readonly Argument<string?> _text = new("text")
    {
        Description = "A number, URI, Call-ID, address or profile=value; what the page's search box takes.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly (string Query, Option<string?> Option)[] _texts =
    [
        (
            "state",
            Text(
                "--state",
                "state",
                "unconfirmed, early, confirmedNoAck, confirmed or ended.",
                ["unconfirmed", "early", "confirmedNoAck", "confirmed", "ended"]
            )
        ),
        ("number", Text("--number", "number", "The user part of From or To.")),
        ("uri", Text("--uri", "uri", "The URI of From or To.")),
        ("callId", Text("--call-id", "id", "The Call-ID.")),
        ("tag", Text("--tag", "tag", "The tag of a side.")),
        ("ip", Text("--ip", "address", "The address of a side.")),
        ("profile", Text("--profile", "name[=value]", "In this profile, with this value.")),
        ("var", Text("--var", "name[=value]", "With this value.")),
        ("listener", Text("--listener", "place", "By this listener, such as udp:192.0.2.1:5060.")),
        ("node", Text("--node", "node", "Of this node.")),
    ];

    private readonly Option<TimeSpan?> _older = Span("--older-than", "Older than this: 90s, 5m, 2h, 1d.");
    private readonly Option<TimeSpan?> _younger = Span("--younger-than", "Younger than this.");
    private readonly Option<bool> _abnormal = new("--abnormal") { Description = "Only those in which something was out of order." };

    /// <summary>Gives a command these options and the argument.</summary>
    public void AddTo(Command command)
    {
        command.Add(_text);
        foreach (var (_, option) in _texts)
            command.Add(option);
        command.Add(_older);
        command.Add(_younger);
        command.Add(_abnormal);
    }

    /// <summary>The query string without <c>?</c>, ending with <c>&amp;</c> unless it is empty.</summary>
    public string QueryOf(ParseResult parsed)
    {
        var query = "";
        if (parsed.GetValue(_text) is { Length: > 0 } text)
            query = Add(query, "q", text);
        foreach (var (name, option) in _texts)
        {
            if (parsed.GetValue(option) is { Length: > 0 } value)
                query = Add(query, name, value);
        }
        if (parsed.GetValue(_older) is { } older)
            query = Add(query, "olderThan", Seconds(older));
        if (parsed.GetValue(_younger) is { } younger)
            query = Add(query, "youngerThan", Seconds(younger));
        return parsed.GetValue(_abnormal) ? Add(query, "abnormal", "true") : query;
    }

    /// <summary>An option that is a span of time: a number with s, m, h or d, seconds without.</summary>
    public static Option<TimeSpan?> Span(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "time",
            CustomParser = static result =>
            {
                if (TryParse(result.Tokens[0].Value, out var span))
                    return span;
                result.AddError($"\"{result.Tokens[0].Value}\" is no span of time; give such as 90s, 5m, 2h or 1d");
                return null;
            },
        };

    private static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var unit = text.Length == 0 ? ' ' : text[^1];
        var digits = char.IsAsciiDigit(unit) ? text : text[..Math.Max(text.Length - 1, 0)];
        var factor = unit switch
        {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            's' or (>= '0' and <= '9') => 1,
            _ => 0,
        };
        if (factor == 0 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 10_000_000)
            return false;
        span = TimeSpan.FromSeconds((long)number * factor);
        return true;
    }

    private static Option<string?> Text(string name, string help, string description, string[]? allowed = null)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = help };
        if (allowed is not null)
            option.AcceptOnlyFromAmong(allowed);
        return option;
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private static string Add(string query, string name, string value) => $"{query}{name}={Uri.EscapeDataString(value)}&";
}
