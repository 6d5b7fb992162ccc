namespace Parley.Hosting;

/// <summary>On a service that an application has only when it asks for it: names the call, so that its absence can be explained.</summary>
/// <param name="call">The call on the builder, e.g. "AddDialogs".</param>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class)]
public sealed class AddedByAttribute(string call) : Attribute
{
    /// <summary>The call on the builder, e.g. "AddDialogs".</summary>
    public string Call { get; } = call;
}
