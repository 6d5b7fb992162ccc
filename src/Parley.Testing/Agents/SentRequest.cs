namespace Parley.Testing;

/// <summary>A request that a <see cref="ScriptedUserAgent"/> sent, and what came of it.</summary>
public sealed class SentRequest
{
    private readonly List<ReceivedMessage> _responses = [];

    internal SentRequest(OutgoingMessage message) => Message = message;

    /// <summary>The request as it was sent.</summary>
    public OutgoingMessage Message { get; }

    /// <summary>The responses, provisional ones first.</summary>
    public IReadOnlyList<ReceivedMessage> Responses => _responses;

    /// <summary>The final status; 408 when no answer came, 503 when it could not be sent; 0 while it runs.</summary>
    public int Status { get; private set; }

    /// <summary>True once there is a final status.</summary>
    public bool IsDone => Status != 0;

    /// <summary>The final response; null while it runs and when there was none.</summary>
    public ReceivedMessage? Final => _responses.Count > 0 && _responses[^1].StatusCode >= 200 ? _responses[^1] : null;

    /// <summary>Called once, when it is done.</summary>
    public Action<SentRequest>? OnDone { get; set; }

    internal void Add(ReceivedMessage response)
    {
        _responses.Add(response);
        if (response.StatusCode >= 200)
            Finish(response.StatusCode);
    }

    internal void Finish(int status)
    {
        if (IsDone)
            return;
        Status = status;
        OnDone?.Invoke(this);
    }
}
