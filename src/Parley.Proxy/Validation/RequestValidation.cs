using Parley.Sip;

namespace Parley.Proxy;

/// <summary>Request validation, RFC 3261 16.3: one table, read from the top; the first rule that objects decides. An ACK is never answered, only dropped.</summary>
internal static class RequestValidation
{
    private static readonly ValidationRule[] Table =
    [
        new("RFC 3261 16.3 step 1", "reasonable syntax", Syntax),
        new("RFC 3261 18.3", "Content-Length within the message", ContentLength),
        new("RFC 3261 16.3 step 2", "URI scheme understood", Scheme),
        new("RFC 3261 16.3 step 3", "Max-Forwards not used up", MaxForwards),
        new("RFC 3261 16.3 step 4", "no loop", Loop),
        new("RFC 5393 5.3.3.1", "Max-Breadth readable", Breadth),
        new("RFC 3261 16.3 step 5", "Proxy-Require understood", ProxyRequire),
        // Step 6, Proxy-Authorization, is the handler's: it knows whom to trust.
    ];

    private static readonly LoopCheck LoopTest = LoopDetection.IsLoop;

    public static ReadOnlySpan<ValidationRule> Rules => Table;

    /// <summary>True: handle it. False: it has been answered (ACK: is to be dropped).</summary>
    internal static bool Admit(SipContext context)
    {
        var verdict = Validate(new ValidationInput(context.Request, context.Transport, context, LoopTest));
        if (verdict.IsPass)
            return true;
        if (!verdict.IsDrop)
        {
            context.Cause ??= CauseOf(context);
            context.Reply(verdict.StatusCode, verdict.Reason, verdict.HeaderLines);
        }

        return false;
    }

    /// <summary>The rule that objected; null where nothing asks for it.</summary>
    private static string? CauseOf(SipContext context)
    {
        if (context.Core.Steps.Sink is null)
            return null;
        var input = new ValidationInput(context.Request, context.Transport, context, LoopTest);
        foreach (ref readonly var rule in Table.AsSpan())
        {
            if (!rule.Step(input).IsPass)
                return $"{rule.Clause} asks for: {rule.Name}";
        }

        return null;
    }

    /// <summary>The verdict alone.</summary>
    internal static RequestVerdict Validate(in ValidationInput input)
    {
        foreach (ref readonly var rule in Table.AsSpan())
        {
            var verdict = rule.Step(input);
            if (!verdict.IsPass)
                return input.Request.Method == SipMethod.Ack ? RequestVerdict.Drop : verdict;
        }
        return RequestVerdict.Pass;
    }

    private static RequestVerdict Syntax(in ValidationInput input)
    {
        var result = SipScreening.Screen(input.Request);
        return result.Status switch
        {
            SipParseStatus.Ok => RequestVerdict.Pass,
            SipParseStatus.Reject => RequestVerdict.Reply(result.StatusCode, result.Reason),
            _ => RequestVerdict.Drop,
        };
    }

    private static RequestVerdict ContentLength(in ValidationInput input) =>
        input.Request.ContentLength > input.Request.Body.Length
            ? RequestVerdict.Reply(400, "Content-Length Mismatch")
            : RequestVerdict.Pass;

    private static RequestVerdict Scheme(in ValidationInput input)
    {
        var uri = input.Request.RequestUriView;
        if (!uri.IsValid)
            return RequestVerdict.Reply(400, "Malformed Request-URI");
        return uri.Scheme == SipUriScheme.Other ? RequestVerdict.Reply(416) : RequestVerdict.Pass;
    }

    private static RequestVerdict MaxForwards(in ValidationInput input)
    {
        if (input.Request.MaxForwards != 0)
            return RequestVerdict.Pass;
        return input.Request.Method switch
        {
            // "the element acting as the final recipient MAY respond to the request, per Section 11"
            SipMethod.Options => RequestVerdict.Reply(200, null, "Accept: */*\r\nSupported: path\r\n"u8.ToArray()),
            // A registrar is where a REGISTER ends; it is not forwarded.
            SipMethod.Register when SipUriView.TryParse(input.Request.RequestUri, out var uri) && OwnUri.IsOwn(input.Transport, uri) =>
                RequestVerdict.Pass,
            _ => RequestVerdict.Reply(483),
        };
    }

    private static RequestVerdict Loop(in ValidationInput input) => input.IsLoop ? RequestVerdict.Reply(482) : RequestVerdict.Pass;

    private static RequestVerdict Breadth(in ValidationInput input) =>
        MaxBreadth.IsReadable(input.Request) ? RequestVerdict.Pass : RequestVerdict.Reply(400, "Malformed Max-Breadth");

    private static RequestVerdict ProxyRequire(in ValidationInput input)
    {
        // 8.2.2.3: to be ignored in CANCEL and ACK.
        if (input.Request.Method is SipMethod.Ack or SipMethod.Cancel)
            return RequestVerdict.Pass;
        return UnsupportedOptions.Find(input.Request.Tokens(SipHeaderName.ProxyRequire), []) is { } lines
            ? RequestVerdict.Reply(420, null, lines)
            : RequestVerdict.Pass;
    }
}
