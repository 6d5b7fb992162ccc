namespace Parley.Dialogs;

/// <summary>The texts that a <see cref="DialogRecord"/> is packed from. Left out, a column is empty (NULL where the table allows it).</summary>
public ref struct DialogRecordTexts
{
    /// <summary>See <see cref="DialogColumn.CallId"/>.</summary>
    public ReadOnlySpan<byte> CallId;

    /// <summary>See <see cref="DialogColumn.FromUri"/>.</summary>
    public ReadOnlySpan<byte> FromUri;

    /// <summary>See <see cref="DialogColumn.FromTag"/>.</summary>
    public ReadOnlySpan<byte> FromTag;

    /// <summary>See <see cref="DialogColumn.ToUri"/>.</summary>
    public ReadOnlySpan<byte> ToUri;

    /// <summary>See <see cref="DialogColumn.ToTag"/>.</summary>
    public ReadOnlySpan<byte> ToTag;

    /// <summary>See <see cref="DialogColumn.MangledFromUri"/>.</summary>
    public ReadOnlySpan<byte> MangledFromUri;

    /// <summary>See <see cref="DialogColumn.MangledToUri"/>.</summary>
    public ReadOnlySpan<byte> MangledToUri;

    /// <summary>See <see cref="DialogColumn.CallerRouteSet"/>.</summary>
    public ReadOnlySpan<byte> CallerRouteSet;

    /// <summary>See <see cref="DialogColumn.CalleeRouteSet"/>.</summary>
    public ReadOnlySpan<byte> CalleeRouteSet;

    /// <summary>See <see cref="DialogColumn.CallerContact"/>.</summary>
    public ReadOnlySpan<byte> CallerContact;

    /// <summary>See <see cref="DialogColumn.CalleeContact"/>.</summary>
    public ReadOnlySpan<byte> CalleeContact;

    /// <summary>See <see cref="DialogColumn.CallerSocket"/>.</summary>
    public ReadOnlySpan<byte> CallerSocket;

    /// <summary>See <see cref="DialogColumn.CalleeSocket"/>.</summary>
    public ReadOnlySpan<byte> CalleeSocket;

    /// <summary>See <see cref="DialogColumn.Values"/>.</summary>
    public ReadOnlySpan<byte> Values;

    /// <summary>See <see cref="DialogColumn.Profiles"/>.</summary>
    public ReadOnlySpan<byte> Profiles;

    /// <summary>See <see cref="DialogColumn.OnAnswer"/>.</summary>
    public ReadOnlySpan<byte> OnAnswer;

    /// <summary>See <see cref="DialogColumn.OnTimeout"/>.</summary>
    public ReadOnlySpan<byte> OnTimeout;

    /// <summary>See <see cref="DialogColumn.OnHangup"/>.</summary>
    public ReadOnlySpan<byte> OnHangup;

    /// <summary>See <see cref="DialogColumn.Details"/>.</summary>
    public ReadOnlySpan<byte> Details;

    /// <summary>Sets the text of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">Its text; empty: NULL where the table allows it.</param>
    public void Set(DialogColumn column, ReadOnlySpan<byte> value)
    {
        switch (column)
        {
            case DialogColumn.CallId:
                CallId = value;
                break;
            case DialogColumn.FromUri:
                FromUri = value;
                break;
            case DialogColumn.FromTag:
                FromTag = value;
                break;
            case DialogColumn.ToUri:
                ToUri = value;
                break;
            case DialogColumn.ToTag:
                ToTag = value;
                break;
            case DialogColumn.MangledFromUri:
                MangledFromUri = value;
                break;
            case DialogColumn.MangledToUri:
                MangledToUri = value;
                break;
            case DialogColumn.CallerRouteSet:
                CallerRouteSet = value;
                break;
            case DialogColumn.CalleeRouteSet:
                CalleeRouteSet = value;
                break;
            case DialogColumn.CallerContact:
                CallerContact = value;
                break;
            case DialogColumn.CalleeContact:
                CalleeContact = value;
                break;
            case DialogColumn.CallerSocket:
                CallerSocket = value;
                break;
            case DialogColumn.CalleeSocket:
                CalleeSocket = value;
                break;
            case DialogColumn.Values:
                Values = value;
                break;
            case DialogColumn.Profiles:
                Profiles = value;
                break;
            case DialogColumn.OnAnswer:
                OnAnswer = value;
                break;
            case DialogColumn.OnTimeout:
                OnTimeout = value;
                break;
            case DialogColumn.OnHangup:
                OnHangup = value;
                break;
            default:
                Details = value;
                break;
        }
    }

    internal readonly ReadOnlySpan<byte> Get(DialogColumn column) =>
        column switch
        {
            DialogColumn.CallId => CallId,
            DialogColumn.FromUri => FromUri,
            DialogColumn.FromTag => FromTag,
            DialogColumn.ToUri => ToUri,
            DialogColumn.ToTag => ToTag,
            DialogColumn.MangledFromUri => MangledFromUri,
            DialogColumn.MangledToUri => MangledToUri,
            DialogColumn.CallerRouteSet => CallerRouteSet,
            DialogColumn.CalleeRouteSet => CalleeRouteSet,
            DialogColumn.CallerContact => CallerContact,
            DialogColumn.CalleeContact => CalleeContact,
            DialogColumn.CallerSocket => CallerSocket,
            DialogColumn.CalleeSocket => CalleeSocket,
            DialogColumn.Values => Values,
            DialogColumn.Profiles => Profiles,
            DialogColumn.OnAnswer => OnAnswer,
            DialogColumn.OnTimeout => OnTimeout,
            DialogColumn.OnHangup => OnHangup,
            _ => Details,
        };
}
