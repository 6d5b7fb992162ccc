using Parley.Sip;

namespace Parley.Proxy;

// What a handler asks of the request most: views over its bytes. A string is made when a member ending in Text, or ToString, is called.
public sealed partial class SipContext
{
    private string? _callIdText;

    /// <summary>The From of the request as received; default when absent or malformed. Valid until a final response was sent.</summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public NameAddrView From => Request.From;

    /// <summary>The To of the request as received; default when absent or malformed. Valid until a final response was sent.</summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public NameAddrView To => Request.To;

    /// <summary>The first Contact of the request as received; default when absent or malformed. All of them: <c>Request.Contacts</c>.</summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public NameAddrView Contact
    {
        get
        {
            NameAddrList.Enumerator contacts = Request.Contacts.GetEnumerator();
            return contacts.MoveNext() ? contacts.Current : default;
        }
    }

    /// <summary>
    /// The request-URI that branches get unless a target says otherwise, in its parts; default (<see cref="SipUriView.IsValid"/> false) when it is malformed.
    /// After strict routing it is the restored one, so within a dialog it is the remote target. Valid until a final response was sent.
    /// </summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public SipUriView RequestUri
    {
        get
        {
            ReadOnlySpan<byte> text = RequestUriText;
            if (text == Request.RequestUri) // the same bytes: parsed once for all
                return Request.RequestUriView;
            return SipUriView.TryParse(text, out SipUriView uri) ? uri : default;
        }
    }

    /// <summary>The Call-ID; empty when there is none. Valid until a final response was sent.</summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public ReadOnlySpan<byte> CallId => Request.CallId;

    /// <summary>The Call-ID as text, for logs; made once. "(let go)" when it is asked for the first time after the transaction has let the request go.</summary>
    public string CallIdText
    {
        get
        {
            if (_callIdText is null && RequestOrNull is { } request)
                _callIdText = System.Text.Encoding.UTF8.GetString(request.CallId);
            return _callIdText ?? "(let go)";
        }
    }

    /// <summary>The CSeq number, below 2^31; 0 when malformed.</summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public uint CSeq => Request.CSeqNumber;

    /// <summary>The method as text, also of one that <see cref="SipMethod"/> has no name for (then "Other" once the transaction has let the request go).</summary>
    public string MethodText
    {
        get
        {
            if (Method != SipMethod.Other)
                return SipText.MethodName(Method);
            return RequestOrNull is { } request ? System.Text.Encoding.UTF8.GetString(request.MethodText) : nameof(SipMethod.Other);
        }
    }

    /// <summary>Adds a header line to every copy of the request.</summary>
    /// <param name="name">A token. Not one of those that the proxy writes: Via, From, To, Call-ID, CSeq, Max-Forwards, Route (<see cref="SetRoutes"/>),
    /// Record-Route (<see cref="AddRecordRouteParameter"/>), Content-Type and Content-Length (<see cref="SipEdits.ReplaceBody"/>).</param>
    /// <param name="value">One line, sent as UTF-8.</param>
    /// <exception cref="ArgumentException">The name is not such a token; the value holds a line end or another control character.</exception>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public void AddHeader(string name, string value) => Edits.AddHeader(name, value);

    /// <summary>One header line of this name in every copy of the request, in place of those received and of those added before.</summary>
    /// <param name="name">As in <see cref="AddHeader"/>.</param>
    /// <param name="value">As there.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public void SetHeader(string name, string value) => Edits.SetHeader(name, value);

    /// <summary>No header line of this name, full or compact, in any copy of the request: those received and those added before are left out.</summary>
    /// <param name="name">As in <see cref="AddHeader"/>.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public void RemoveHeader(string name) => Edits.RemoveHeader(name);

    /// <summary>The value of the first header of this name in the request as received, as text on one line; null when there is none. Allocates.</summary>
    /// <param name="name">Full or compact, in any case.</param>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public string? HeaderText(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Request.TryGetHeader(System.Text.Encoding.UTF8.GetBytes(name), out ReadOnlySpan<byte> value) ? SipText.ToLine(value) : null;
    }
}
