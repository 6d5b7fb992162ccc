using System.Text;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>A query made ready: its texts as bytes, its profile found.</summary>
internal sealed class DialogFilter
{
    private readonly DialogQuery _query;
    private readonly byte[]? _callId;
    private readonly byte[]? _fromUri;
    private readonly byte[]? _toUri;
    private readonly byte[]? _uri;
    private readonly byte[]? _valueName;
    private readonly byte[]? _value;
    private readonly DialogProfile? _profile;
    private readonly LegFilter? _legs;
    private readonly byte[]? _number;

    /// <exception cref="ArgumentException">The query cannot be: no such profile, a URI that is none, a value without a name.</exception>
    public DialogFilter(DialogQuery query, DialogProfileTable profiles)
    {
        _query = query;
        _callId = query.CallId is null ? null : Encoding.UTF8.GetBytes(query.CallId);
        _fromUri = UriBytes(query.FromUri, nameof(DialogQuery.FromUri));
        _toUri = UriBytes(query.ToUri, nameof(DialogQuery.ToUri));
        _valueName = query.ValueName is null ? null : Encoding.UTF8.GetBytes(query.ValueName);
        _value = query.Value is null ? null : Encoding.UTF8.GetBytes(query.Value);
        _uri = UriBytes(query.Uri, nameof(DialogQuery.Uri));
        _legs = LegFilter.Of(query);
        if (query.Number is not null)
            _number = NumberText.DigitsOf(query.Number) is { Length: > 0 } digits
                ? digits
                : throw new ArgumentException($"DialogQuery.Number has no digits: {query.Number}", nameof(query));
        if (query.Profile is not null)
            _profile = profiles.Find(query.Profile) ?? throw new ArgumentException($"There is no profile {query.Profile}.", nameof(query));
        if (query.ProfileValue is not null && _profile is not { HasValue: true })
            throw new ArgumentException("A profile value needs a profile with values.", nameof(query));
        if (query.Value is not null && query.ValueName is null)
            throw new ArgumentException("A value needs its name.", nameof(query));
        if (query.ValueName?.Length == 0)
            throw new ArgumentException("A value's name is not empty.", nameof(query));
    }

    /// <summary>The dialogs among which all that fit are, when that is not the whole table.</summary>
    public IReadOnlyList<Dialog>? Candidates(DialogTable table)
    {
        if (_query.Ids is { } ids)
            return [.. ids.Distinct().Select(table.Find).OfType<Dialog>()];
        if (_callId is not null)
            return table.FindAllByCallId(_callId);
        if (_profile is not null)
            return _query.ProfileValue is { } value ? _profile.Dialogs(value) : _profile.Dialogs();
        return null;
    }

    public bool Matches(Dialog dialog)
    {
        DialogState state = dialog.State;
        if (state == DialogState.Deleted && !_query.IncludeDeleted && _query.State != DialogState.Deleted)
            return false;
        if (_query.State is { } wanted && wanted != state)
            return false;
        if (_callId is not null && !dialog.CallIdBytes.SequenceEqual(_callId))
            return false;
        if (_fromUri is not null && !SipUriView.Equivalent(dialog.FromUriBytes, _fromUri))
            return false;
        if (_toUri is not null && !SipUriView.Equivalent(dialog.ToUriBytes, _toUri))
            return false;
        if (_uri is not null && !SipUriView.Equivalent(dialog.FromUriBytes, _uri) && !SipUriView.Equivalent(dialog.ToUriBytes, _uri))
            return false;
        if (_query.CreatedUntil is { } until && dialog.CreatedAt > until)
            return false;
        if (_query.CreatedSince is { } since && dialog.CreatedAt < since)
            return false;
        if (_number is not null && !NumberText.IsOf(dialog.FromUriBytes, _number) && !NumberText.IsOf(dialog.ToUriBytes, _number))
            return false;
        if (_legs is not null && !_legs.Matches(dialog))
            return false;
        return MatchesModules(dialog);
    }

    /// <summary>What modules hang on it.</summary>
    private bool MatchesModules(Dialog dialog)
    {
        if (
            _profile is not null
            && !(_query.ProfileValue is { } profileValue ? _profile.IsIn(dialog, profileValue) : _profile.IsIn(dialog))
        )
            return false;
        return _query.ValueName is null
            || (dialog.ValueStore.TryGet(_valueName, out ReadOnlySpan<byte> value) && (_value is null || value.SequenceEqual(_value)));
    }

    private static byte[]? UriBytes(string? uri, string name)
    {
        if (uri is null)
            return null;
        byte[] bytes = Encoding.UTF8.GetBytes(uri);
        return SipUriView.TryParse(bytes, out _) ? bytes : throw new ArgumentException($"DialogQuery.{name} is no URI: {uri}", nameof(uri));
    }
}
