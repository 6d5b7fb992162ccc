namespace Parley.Registrar;

/// <summary>How the flow of a REGISTER serves its contact.</summary>
public enum FlowUse : byte
{
    /// <summary>Not at all: the URI (or Path) leads there.</summary>
    None,

    /// <summary>As long as its connection is open; then the URI says where to open another.</summary>
    WhileOpen,

    /// <summary>It is the only way: the URI leads nowhere.</summary>
    Only,
}
