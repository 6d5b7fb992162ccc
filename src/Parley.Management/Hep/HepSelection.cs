using System.Text;

namespace Parley.Management;

/// <summary>Which calls go out in the mode <see cref="HepMode.Selected"/>: Call-IDs and users. Immutable, so that SIP threads read it without a lock.</summary>
internal sealed class HepSelection
{
    /// <summary>How many of each there may be.</summary>
    public const int Most = 1_000;

    private readonly HashSet<string> _callIds;
    private readonly HashSet<string> _users;
    private readonly byte[][] _callIdBytes;
    private readonly byte[][] _userBytes;

    public HepSelection(IEnumerable<string> callIds, IEnumerable<string> users)
    {
        _callIds = new HashSet<string>(callIds, StringComparer.Ordinal);
        _users = new HashSet<string>(users, StringComparer.Ordinal);
        _callIdBytes = [.. _callIds.Select(Encoding.UTF8.GetBytes)];
        _userBytes = [.. _users.Select(Encoding.UTF8.GetBytes)];
    }

    public static HepSelection Empty { get; } = new([], []);

    public IReadOnlyCollection<string> CallIds => _callIds;

    public IReadOnlyCollection<string> Users => _users;

    /// <summary>Null: there are too many.</summary>
    public HepSelection? WithCallId(string callId) =>
        _callIds.Count >= Most && !_callIds.Contains(callId) ? null : new HepSelection(_callIds.Append(callId), _users);

    /// <summary>Null: there are too many.</summary>
    public HepSelection? WithUser(string user) =>
        _users.Count >= Most && !_users.Contains(user) ? null : new HepSelection(_callIds, _users.Append(user));

    public HepSelection WithoutCallId(string callId) => new(_callIds.Where(c => c != callId), _users);

    public HepSelection WithoutUser(string user) => new(_callIds, _users.Where(u => u != user));

    /// <summary>Whether a message is one of a chosen call. A chosen user's messages are those with it in From, To or request-URI.</summary>
    public bool Takes(ReadOnlySpan<byte> message, ReadOnlySpan<byte> callId)
    {
        if (IsIn(_callIdBytes, callId))
            return true;
        return _userBytes.Length > 0
            && (
                IsIn(_userBytes, HepHeaders.User(message, "From"u8, (byte)'f'))
                || IsIn(_userBytes, HepHeaders.User(message, "To"u8, (byte)'t'))
                || IsIn(_userBytes, HepHeaders.RequestUser(message))
            );
    }

    private static bool IsIn(byte[][] set, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return false;
        foreach (byte[] one in set)
        {
            if (value.SequenceEqual(one))
                return true;
        }

        return false;
    }
}
