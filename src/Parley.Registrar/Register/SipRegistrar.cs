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

    /// <summary>Makes a registrar over a table.</summary>
    /// <param name="table">Where the bindings live.</param>
    /// <param name="time">The clock of the Date header.</param>
    public SipRegistrar(LocationTable table, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(time);
        Table = table;
        _time = time;
    }

    /// <summary>Where the bindings live.</summary>
    public LocationTable Table { get; }

    /// <summary>Carries out a REGISTER and answers it; returns the status of the answer. One that came by another way too gets 482 (8.2.2.2).</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="ArgumentException">It is not a REGISTER.</exception>
    public int Handle(SipContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Method != SipMethod.Register)
            throw new ArgumentException("Not a REGISTER.", nameof(context));
        var reply = context.IsMerged ? new RegistrarReply(482, null, default) : Answer(context.Request, context.Source, context.Transport);
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
    internal RegistrarReply Answer(SipMessage request, in SipFlow source, ISipTransport? transport = null)
    {
        var options = Table.Options;
        // 10.3 step 2
        if (UnsupportedOptions.Find(request.Tokens(SipHeaderName.Require), Extensions) is { } unsupported)
            return new RegistrarReply(420, null, unsupported);
        // RFC 3327 5.3: a client that does not know Path would not see who sits in its way.
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
            switch (Table.Apply(address, update, out bindings))
            {
                case RegistrationOutcome.OutOfOrder:
                    return new RegistrarReply(500, "CSeq Out Of Order", default);
                case RegistrationOutcome.TooManyContacts:
                    return new RegistrarReply(403, "Too Many Contacts", default);
                case RegistrationOutcome.TableFull:
                    return new RegistrarReply(503, null, "Retry-After: 60\r\n"u8.ToArray());
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
