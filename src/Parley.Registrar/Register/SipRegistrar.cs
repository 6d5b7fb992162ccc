using System.Buffers;
using System.Globalization;
using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>Answers REGISTER requests from a <see cref="LocationTable"/>: RFC 3261 10.3, with Path (RFC 3327). RFC 5626 (Outbound) is not supported and never granted. Whether the client may register is the handler's to decide first.</summary>
public sealed class SipRegistrar
{
    private static readonly byte[][] Extensions = ["path"u8.ToArray()];

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_lines;

    private readonly TimeProvider _time;
    private readonly LocationPersistence? _persistence;
    private readonly byte[] _retryAfterStore = [];
    private long _accepted;
    private long _rejected;

    /// <summary>Makes a registrar over a table.</summary>
    /// <param name="table">Where the bindings live.</param>
    /// <param name="time">The clock of the Date header.</param>
    public SipRegistrar(LocationTable table, TimeProvider time)
        : this(table, time, null) { }

    /// <summary>Makes a registrar over a table that is kept in a store.</summary>
    /// <param name="table">Where the bindings live.</param>
    /// <param name="time">The clock of the Date header.</param>
    /// <param name="persistence">What keeps the table: <see cref="HandleAsync"/> waits for it where its options say so. Null for none.</param>
    public SipRegistrar(LocationTable table, TimeProvider time, LocationPersistence? persistence)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(time);
        Table = table;
        _time = time;
        _persistence = persistence;
        if (persistence is not null)
            _retryAfterStore = Encoding.ASCII.GetBytes($"Retry-After: {(long)persistence.Options.RetryAfter.TotalSeconds}\r\n");
    }

    /// <summary>Where the bindings live.</summary>
    public LocationTable Table { get; }

    /// <summary>REGISTERs answered by a 2xx so far.</summary>
    public long AcceptedRegistrations => Interlocked.Read(ref _accepted);

    /// <summary>REGISTERs answered by anything else so far.</summary>
    public long RejectedRegistrations => Interlocked.Read(ref _rejected);

    /// <summary>Carries out a REGISTER and answers it; returns the status of the answer. One that came by another way too gets 482 (8.2.2.2). The answer waits for no
    /// store: where <see cref="LocationDurability.Before"/> is asked for, use <see cref="HandleAsync"/>.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="ArgumentException">It is not a REGISTER.</exception>
    public int Handle(SipContext context)
    {
        Check(context);
        return Send(context, context.IsMerged ? Merged : Answer(context.Request, context.Source, context.Transport));
    }

    /// <summary>
    /// As <see cref="Handle"/>; with a store and <see cref="LocationDurability.Before"/> the 2xx to a REGISTER that changes something leaves when its rows are durable. While the
    /// store does not take them it is answered from memory, or 503 with Retry-After and nothing is changed (<see cref="LocationStoreOptions.WhenUnavailable"/>).
    /// </summary>
    /// <param name="context">The request.</param>
    /// <exception cref="ArgumentException">It is not a REGISTER.</exception>
    public ValueTask<int> HandleAsync(SipContext context)
    {
        Check(context);
        bool waits = _persistence is { HoldsAnswers: true } && !context.IsMerged && context.Request.IndexOf(SipHeaderName.Contact) >= 0;
        return waits ? HandleDurablyAsync(context, _persistence!) : new ValueTask<int>(Handle(context));
    }

    private static RegistrarReply Merged => new(482, null, default);

    private async ValueTask<int> HandleDurablyAsync(SipContext context, LocationPersistence persistence)
    {
        if (persistence.IsRefusing())
            return Send(context, new RegistrarReply(503, null, _retryAfterStore));
        RegistrarReply reply = Answer(context.Request, context.Source, context.Transport, out AppliedUpdate? applied);
        if (applied is null)
            return Send(context, reply);
        reply = reply with { HeaderLines = reply.HeaderLines.ToArray() }; // they are this thread's
        if (await persistence.HoldAsync().ConfigureAwait(false))
            return Send(context, reply);
        // RFC 3261 10.3 step 7: what is not answered 2xx has changed nothing. What another REGISTER has changed since stays.
        Table.TryTakeBack(applied.Address, applied.After, applied.Before);
        return Send(context, new RegistrarReply(503, null, _retryAfterStore));
    }

    private static void Check(SipContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Method != SipMethod.Register)
            throw new ArgumentException("Not a REGISTER.", nameof(context));
    }

    private int Send(SipContext context, in RegistrarReply reply)
    {
        Interlocked.Increment(ref reply.StatusCode < 300 ? ref _accepted : ref _rejected);
        // A phone that registered is no stranger on its connection.
        if (reply.StatusCode == 200 && context.Source.ConnectionId != 0 && context.Request.IndexOf(SipHeaderName.Contact) >= 0)
            context.Transport.MarkKnown(context.Source.ConnectionId);
        context.Reply(reply.StatusCode, reply.Reason, reply.HeaderLines.Span);
        return reply.StatusCode;
    }

    /// <summary>The answer, valid until this thread's next.</summary>
    /// <param name="request">The REGISTER.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="transport">Knows which contacts are this element; null: none is.</param>
    internal RegistrarReply Answer(SipMessage request, in SipFlow source, ISipTransport? transport = null) =>
        Answer(request, source, transport, out _);

    // Applied is null when it changed nothing, and where no answer waits for a store.
    private RegistrarReply Answer(SipMessage request, in SipFlow source, ISipTransport? transport, out AppliedUpdate? applied)
    {
        applied = null;
        var options = Table.Options;
        // 10.3 step 2
        if (UnsupportedOptions.Find(request.Tokens(SipHeaderName.Require), Extensions) is { } unsupported)
            return new RegistrarReply(420, null, unsupported);
        // RFC 3327 5.3: a client that does not know Path would not see which proxies are in its way.
        if (
            options.RequirePathSupport
            && request.IndexOf(SipHeaderName.Path) >= 0
            && !request.Tokens(SipHeaderName.Supported).Contains("path"u8)
        )
            return new RegistrarReply(420, null, "Unsupported: path\r\n"u8.ToArray());
        // 10.3 step 5
        if (!AddressOfRecord.TryCreate(request.To.Uri, options, out var address))
            return new RegistrarReply(400, "Malformed To", default);
        if (address.Bytes.Length > options.MaxAddressLength)
            return new RegistrarReply(404, null, default);
        if (options.Serves is { } serves && !serves(request.To.Uri))
            return new RegistrarReply(404, null, default);
        // 10.3 steps 6 and 7
        if (!RegisterReading.TryRead(request, source, options, transport, out var update, out var failure))
            return failure;
        var bindings = Table.LiveBindingsOf(address);
        if (update.RemovesAll || update.Contacts.Count > 0)
        {
            switch (Table.Apply(address, update, out bindings, out Binding[] before))
            {
                case RegistrationOutcome.OutOfOrder:
                    return new RegistrarReply(500, "CSeq Out Of Order", default);
                case RegistrationOutcome.TooManyContacts:
                    return new RegistrarReply(403, "Too Many Contacts", default);
                case RegistrationOutcome.TableFull:
                    return new RegistrarReply(503, null, "Retry-After: 60\r\n"u8.ToArray());
                default:
                    applied = _persistence is { HoldsAnswers: true } ? new AppliedUpdate(address, before, bindings) : null;
                    break;
            }
        }
        return new RegistrarReply(200, null, WriteBindings(bindings, update)); // step 8
    }

    private ReadOnlyMemory<byte> WriteBindings(Binding[] bindings, RegistrationUpdate update)
    {
        var lines = t_lines ??= new ArrayBufferWriter<byte>(512);
        lines.ResetWrittenCount();
        foreach (var binding in bindings)
            WriteContact(lines, binding);
        foreach (var hop in update.Path) // RFC 3327 5.3
        {
            lines.Write("Path: "u8);
            lines.Write(hop);
            lines.Write("\r\n"u8);
        }
        // No "Require: outbound" (RFC 5626 6): by its absence the client knows that its flows are not kept (4.2.1).
        lines.Write("Supported: path\r\nDate: "u8);
        Encoding.ASCII.GetBytes(_time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture), lines);
        lines.Write("\r\n"u8);
        return lines.WrittenMemory;
    }

    private void WriteContact(ArrayBufferWriter<byte> lines, Binding binding)
    {
        lines.Write("Contact: <"u8);
        lines.Write(binding.Contact.Bytes);
        lines.Write(">"u8);
        if (binding.Q < 1000)
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $";q=0.{binding.Q:D3}"), lines);
        var remaining = Table.RemainingOf(binding);
        // Rounded up: a binding that is still there never shows 0, which would mean that it is gone.
        var seconds = remaining == TimeSpan.MaxValue ? uint.MaxValue : (long)Math.Ceiling(remaining.TotalSeconds);
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $";expires={Math.Max(1, seconds)}"), lines);
        if (binding.InstanceId is { } instance)
        {
            lines.Write(";+sip.instance=\""u8);
            Encoding.UTF8.GetBytes(instance, lines);
            lines.Write("\""u8);
        }
        lines.Write("\r\n"u8);
    }
}
