'use client';
import { Button } from '@nephos/ui/button';
import { Plus } from 'lucide-react';

export function AddButton({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <Button look="primary" onClick={onClick}>
      <Plus size={15} aria-hidden />
      {text}
    </Button>
  );
}
