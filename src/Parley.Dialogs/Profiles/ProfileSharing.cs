namespace Parley.Dialogs;

/// <summary>Whether other nodes count the members of a profile too; the suffix of its definition.</summary>
public enum ProfileSharing : byte
{
    /// <summary>No suffix: counted on this node.</summary>
    None,

    /// <summary><c>/s</c>: counted together through a shared store.</summary>
    Shared,

    /// <summary><c>/b</c>: counted together by replication between the nodes.</summary>
    Replicated,
}
