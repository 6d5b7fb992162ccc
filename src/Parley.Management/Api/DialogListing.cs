using System.Net;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>A listing of dialogs: what is sought, read from the query of a request, and the dialogs that fit, from a place on.</summary>
internal sealed class DialogListing
{
    public const int DefaultLimit = 100;
    public const int MostAtOnce = 1000;

    /// <summary>The filters and the place, for the document.</summary>
    public static readonly IReadOnlyList<ApiParameter> Parameters =
    [
        new("state", "One or more of unconfirmed, early, confirmedNoAck, confirmed, ended, with commas between; left out: all that go on."),
        new("uri", "The URI of From or To, compared as RFC 3261 19.1.4 says."),
        new("number", "A telephone number, or its last digits, in From or To."),
        new("callId", "The Call-ID."),
        new("tag", "The tag of a leg."),
        new("ip", "An address that one of the parties is at, with or without port."),
        new("profile", "A profile, or profile=value."),
        new("var", "A value of the dialog by its name, or name=value."),
        new("olderThan", "Seconds since the dialog was created, at least.", "number"),
        new("youngerThan", "Seconds since the dialog was created, at most.", "number"),
        new("listener", "The listener of one of the parties, as udp:192.0.2.1:5060."),
        new("node", "The name of a node."),
        new("abnormal", "True: only calls that something is abnormal about; false: only the others.", "boolean"),
        new("ids", "Ids of dialogs with commas between, 1000 at most: these, as far as they fit the other filters."),
        new(
            "brief",
            "True: of each dialog id, state, from, to, created, answered and abnormal alone, as a row of a long list needs them.",
            "boolean"
        ),
        new("q", "What the search box takes: numbers, URIs, Call-IDs, addresses, profile=value, or parts of them; all words must fit."),
        new("limit", "How many at once, 1 to 1000, 100 when left out; of no account for application/x-ndjson.", "integer"),
        new("cursor", "Where the page before ended: its next."),
    ];

    private readonly IDialogApi _dialogs;
    private readonly DialogJson _json;
    private readonly DialogQuery _query;
    private readonly HashSet<DialogState>? _states;
    private readonly SearchBox? _box;
    private readonly bool? _abnormal;
    private readonly bool _isElsewhere;

    private DialogListing(ApiCall call, IDialogApi dialogs, DialogJson json, TimeProvider time, string node)
    {
        (_dialogs, _json) = (dialogs, json);
        Limit = call.Number("limit", 1, MostAtOnce) ?? DefaultLimit;
        _abnormal = call.Flag("abnormal");
        _isElsewhere = call.Text("node") is { } wanted && !wanted.Equals(node, StringComparison.OrdinalIgnoreCase);
        IsBrief = call.Flag("brief") == true;
        _states = States(call);
        if (call.Text("q") is { } text)
        {
            _box = SearchBox.Of(text, dialogs, out string? fault);
            if (fault is not null)
                call.Refuse(fault);
        }

        _query = Query(call, time.GetUtcNow());
    }

    /// <summary>How many a page has at most.</summary>
    public int Limit { get; }

    /// <summary>Of each dialog the members that a row of a list has.</summary>
    public bool IsBrief { get; }

    /// <summary>Reads it; null when a parameter cannot be, which the call has as its fault then.</summary>
    public static DialogListing? Of(ApiCall call, IDialogApi dialogs, DialogJson json, TimeProvider time, string node)
    {
        var listing = new DialogListing(call, dialogs, json, time, node);
        return call.Fault is null ? listing : null;
    }

    /// <summary>The dialogs that fit, in the order of their ids. No lock is held while they are given out; what comes or goes meanwhile may be there or not.</summary>
    /// <exception cref="ArgumentException">There is no such profile, or a URI that is none.</exception>
    public IEnumerable<Dialog> Dialogs => _isElsewhere ? [] : _dialogs.Search(_query).Where(Matches);

    private bool Matches(Dialog dialog) =>
        (_states is null || _states.Contains(dialog.State))
        && (_box is null || _box.Matches(dialog))
        && (_abnormal is null || _abnormal == _json.MarksOf(dialog).Count > 0);

    private DialogQuery Query(ApiCall call, DateTimeOffset now)
    {
        (string? profile, string? profileValue) = Pair(call, "profile");
        (string? name, string? value) = Pair(call, "var");
        (IPAddress? address, int? port) = Place(call);
        return new DialogQuery
        {
            IncludeDeleted = _states is not null && _states.Contains(DialogState.Deleted),
            Uri = call.Text("uri"),
            Number = call.Text("number"),
            CallId = call.Text("callId"),
            Tag = call.Text("tag"),
            Address = address,
            Port = port,
            Profile = profile,
            ProfileValue = profileValue,
            ValueName = name,
            Value = value,
            CreatedUntil = call.Seconds("olderThan") is { } older ? now - older : null,
            CreatedSince = call.Seconds("youngerThan") is { } younger ? now - younger : null,
            Listener = call.Text("listener"),
            Ids = Ids(call),
            After = Cursor(call),
        };
    }

    private static List<DialogId>? Ids(ApiCall call)
    {
        if (call.Text("ids") is not { } text)
            return null;
        var ids = new List<DialogId>();
        foreach (string word in text.Split(','))
        {
            if (!DialogId.TryParse(word, out DialogId id) || ids.Count == MostAtOnce)
            {
                call.Refuse("The parameter ids has ids of dialogs with commas between, 1000 at most.");
                break;
            }

            ids.Add(id);
        }

        return ids;
    }

    private static DialogId? Cursor(ApiCall call)
    {
        if (call.Text("cursor") is not { } text)
            return null;
        if (DialogId.TryParse(text, out DialogId id))
            return id;
        call.Refuse("The parameter cursor is the next of a page before.");
        return null;
    }

    private static (string? Name, string? Value) Pair(ApiCall call, string parameter)
    {
        if (call.Text(parameter) is not { } text)
            return (null, null);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals == 0)
            call.Refuse($"The parameter {parameter} is a name or name=value.");
        return equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
    }

    private static (IPAddress? Address, int? Port) Place(ApiCall call)
    {
        if (call.Text("ip") is not { } text)
            return (null, null);
        if (SearchBox.TryPlace(text, out IPAddress? address, out int? port))
            return (address, port);
        call.Refuse("The parameter ip is an address, with or without port, as 192.0.2.1 or [2001:db8::1]:5060.");
        return (null, null);
    }

    private static HashSet<DialogState>? States(ApiCall call)
    {
        if (call.Text("state") is not { } text)
            return null;
        var states = new HashSet<DialogState>();
        foreach (string word in text.Split(','))
        {
            DialogState? found = null;
            for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Deleted; state++)
                if (DialogJson.WordOf(state) == word)
                    found = state;
            if (found is { } known)
                states.Add(known);
            else
                call.Refuse("The parameter state has unconfirmed, early, confirmedNoAck, confirmed and ended, with commas between.");
        }

        return states;
    }
}
